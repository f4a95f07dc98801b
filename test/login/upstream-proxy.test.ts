import t from 'tap'
import { startHttpProxy } from '../outbound/upstream/upstream-servers.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { startRelay } from '../start-relay.ts'

t.test("a sign-in goes by the site's own upstream proxy, and so does the sign-out", async (t) => {
  const business = await startRotatingSite({ username: 'ann', password: 'pw' })
  t.teardown(() => business.stop())
  const proxy = await startHttpProxy(t, { to: Number(new URL(business.origin).port) })
  const relay = await startRelay(t)
  const user = await relay.identity.addUser({ name: 'ann', password: 'a long enough one', role: 'member' })
  // Nobody listens there: only the proxy knows the way.
  const origin = 'http://127.0.0.7:8080'
  const upstreamProxy = `http://127.0.0.1:${proxy.port}`
  const rest = { adapter: 'form', settings: {}, delivery: 'attach', networks: ['loopback'] } as const
  await relay.accounts.addSite({ id: 'erp', origins: [origin], loginUrl: `${origin}/login`, upstreamProxy, ...rest })
  const { id } = await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', username: 'ann', secrets: { password: 'pw' } })
  await relay.sessions.ensure(id)
  await relay.sessions.end(id)
  t.strictSame([business.book.outcomes, business.book.alive], [['signed-in'], 0])
  t.ok(proxy.asked.every((asked) => asked === '127.0.0.7:8080'))
})
