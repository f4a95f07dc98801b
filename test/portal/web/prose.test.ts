import t from 'tap'
import { html } from '../../../relay/portal/pages/html.ts'
import { prose } from '../../../relay/portal/pages/notes.ts'
import { startJsonSite } from '../../sites/scripts/json-site.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('what other rooms set in backticks is code on a page, and a backtick alone is itself', async (t) => {
  const shown = (words: Parameters<typeof prose>[0]) => html`${prose(words)}`.text
  t.equal(shown('the field `a<b` and `c`'), 'the field <code>a&lt;b</code> and <code>c</code>')
  t.equal(shown(['it said "`"', 'the cookie `sid`', '``']), 'it said &quot;`&quot;; the cookie <code>sid</code>; ``')
  t.equal(shown([]), '')
})

t.test('no page about a sign-in shows backticks: neither what proved it, nor why it failed', async (t) => {
  const business = await startJsonSite({ username: 'worker', password: 'at the site' })
  t.teardown(() => business.stop())
  const relay = await startPortal(t)
  const { origin, url: loginUrl } = business
  const settings = { url: '/api/login', landing: '/api/orders' }
  await relay.accounts.addSite({ id: 'api', origins: [origin], loginUrl, adapter: 'json', settings, networks: ['loopback'], delivery: 'attach' })
  const wanted = { owner: relay.bob.user.id, siteId: 'api', username: 'worker', secrets: { password: 'at the site' } }
  const account = await relay.accounts.addAccount(wanted)
  await relay.sessions.ensure(account.id)
  const bob = await relay.signedIn(relay.bob)
  const look = async (path: string) => {
    const { body } = await bob.get(path)
    t.notMatch(body, /`/, path)
    return readPage(body)
  }
  const proof = relay.sessions.live(account.id)?.evidence.join('; ') ?? ''
  t.match(proof, /`/, 'the words have some')
  t.ok((await look('/sessions')).includes(proof.replaceAll('`', '')))
  t.ok((await look(`/accounts/${account.id}`)).includes(proof.replaceAll('`', '')))

  await relay.sessions.end(account.id)
  await relay.accounts.setAttention(account.id, { reason: 'unknown', seen: 'the form has no field `gone`', since: Date.now() })
  t.match(await look(`/accounts/${account.id}`), /Seen: the form has no field gone/)
  await look('/')
})
