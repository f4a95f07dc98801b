import t from 'tap'
import { startOpenId } from '../sites/single-sign-on/openid.ts'
import { startSaml } from '../sites/single-sign-on/saml.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { openTerminal } from './curl-terminal.ts'

// A session of several origins is attached at each of them, and at no other.

const password = 'correct: horse & battery'

for (const [title, start] of Object.entries({ OpenID: () => startOpenId('form_post', { password }), SAML: () => startSaml('onload', { password }) })) {
  t.test(`${title}: the application and its provider are one site, and one session is attached at both`, async (t) => {
    const sso = await start()
    t.teardown(() => sso.stop())
    const { application, provider } = sso
    const relay = await startRelay(t, { hosts: { 'app.test': '127.0.0.1', 'sso.test': '127.0.0.1' } })
    const { account, device, site } = await enrol(relay, { url: application.url, username: 'ann', password })
    t.same([...site.origins].sort(), [application.origin, provider.origin].sort())

    const terminal = openTerminal(t, relay, device)
    const orders = await terminal.get(`${application.origin}/home`)
    t.equal(orders.status, 200)
    t.match(orders.body.toString(), /Hello ann/)
    t.equal((await terminal.get(provider.account)).status, 200, 'the provider knows the person too')
    const session = relay.sessions.live(account.id)
    t.ok(session?.cookieNames(new URL(application.url)).includes('session'))
    t.notOk(session?.cookieNames(new URL(provider.account)).includes('session'), 'and gets nothing of the application')

    application.book.expireAll()
    t.match((await terminal.get(`${application.origin}/home`)).body.toString(), /Hello ann/, 'a session that ended is renewed by all the redirects')
    t.same(provider.book.outcomes, ['signed-in', 'signed-in'])
    t.notMatch(relay.logged(), /correct: horse/)
  })
}
