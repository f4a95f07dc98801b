import type { Test } from 'tap'
import type { House, SiteServer } from '../start-house.ts'
import { ask, openHttp2 } from './http2-client.ts'

/** Over HTTP/2 through the proxy: a session that ends at the site while three ask is renewed once, and each gets the page that he asked for. */
export async function testOneFreshSignIn(t: Test, house: House, site: SiteServer & { expire(): void; signIns(): number }): Promise<void> {
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  await ask(session, { ':path': '/page' })
  site.expire()
  const answers = await Promise.all([1, 2, 3].map((i) => ask(session, { ':path': `/page/${i}` })))
  t.same(
    answers.map(({ headers }) => headers[':status']),
    [200, 200, 200],
  )
  t.equal(site.signIns(), 2)
}
