import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const folder = import.meta.dirname
const installed = join(folder, 'node_modules', '.installed')

/** Real products that Debian packages, and how each is found. */
const packages: Readonly<Record<string, () => boolean>> = {
  'python3-django': () => existsSync('/usr/lib/python3/dist-packages/django'),
  'nginx-light': () => existsSync('/usr/sbin/nginx'),
  'apache2-bin': () => existsSync('/usr/lib/apache2/modules/mod_auth_digest.so'),
  'libtomcat10-java': () => globSync('/usr/share/java/tomcat10-catalina.jar').length > 0,
  'default-jre-headless': () => (process.env.PATH ?? '').split(delimiter).some((path) => existsSync(join(path, 'java'))),
}

/** Debian packages of products that this machine has not. */
export function missingPackages(): string[] {
  return Object.entries(packages).flatMap(([name, isThere]) => (isThere() ? [] : [name]))
}

/** How a test of a product begins that is skipped because the product is not here: the one kind of skip that is no error under CI=true. */
export const notHere = 'the product is not here: '

/** Why a product that needs these packages, of Debian or npm, cannot be tested here; false: it can. */
export function absent(...needed: readonly string[]): string | false {
  const missing = needed.filter((name) => (packages[name] === undefined ? !existsSync(join(folder, 'node_modules', name)) : !packages[name]()))
  return missing.length > 0 && `${notHere}${missing.join(' and ')} could not be installed`
}

/** Installs the products that come from npm, as package-lock.json has them, once. Resolves whatever becomes of it: `absent` tells. */
export async function installFromNpm(): Promise<void> {
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return
  console.log('Installing the products that come from npm for their tests ...')
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise<number | null>((resolve) => child.on('error', () => resolve(1)).on('exit', resolve))
  if (code === 0) writeFileSync(installed, wanted)
  else console.log('npm could not install them.')
}
