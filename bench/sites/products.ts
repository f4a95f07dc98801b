import type { Product } from '../../test/products/product.ts'
import { absent, installFromNpm } from '../../test/products/provide.ts'
import { startApache } from '../../test/products/start-apache.ts'
import { startDjango } from '../../test/products/start-django.ts'
import { startNginx } from '../../test/products/start-nginx.ts'
import { startNodeRed } from '../../test/products/start-node-red.ts'
import { startTomcat } from '../../test/products/start-tomcat.ts'
import { startVerdaccio } from '../../test/products/start-verdaccio.ts'
import type { BenchSite } from './sites.ts'

await installFromNpm()

interface Row extends Pick<BenchSite, 'name' | 'chromium' | 'says'> {
  readonly skip: string | false
  readonly start: () => Promise<Product>
}

/** Real products: a row each. Verdaccio's sign-in is a dialog that opens by a press. */
const rows: readonly Row[] = [
  { name: 'Django admin', chromium: 'form', start: startDjango, skip: absent('python3-django') },
  { name: 'Node-RED', chromium: 'form', says: /deploy/i, start: startNodeRed, skip: absent('node-red') },
  { name: 'Verdaccio', start: startVerdaccio, skip: absent('verdaccio') },
  { name: 'nginx, HTTP Basic', chromium: 'http', start: startNginx, skip: absent('nginx-light') },
  { name: 'Apache httpd, HTTP Digest', chromium: 'http', start: startApache, skip: absent('apache2-bin') },
  {
    name: 'Tomcat, j_security_check',
    chromium: 'form',
    says: /Orders of the year/,
    start: startTomcat,
    skip: absent('libtomcat10-java', 'default-jre-headless'),
  },
]

/** Those that are here. */
export const products: readonly BenchSite[] = rows
  .filter(({ skip }) => skip === false)
  .map(({ start, skip: _, ...site }) => ({
    ...site,
    async start() {
      const { url, account, stop } = await start()
      return { url, ...account, stop }
    },
  }))

/** Names of those that are not, for want of their packages. */
export const absentProducts: readonly string[] = rows.filter(({ skip }) => skip !== false).map(({ name }) => name)
