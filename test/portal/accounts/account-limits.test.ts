import t from 'tap'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('the account page says what an account is kept off, and its forms change that', async (t) => {
  const relay = await startPortal(t)
  const { id } = relay.ann.account
  const [ann, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  const path = `/accounts/${id}`
  t.match(readPage((await ann.get(path)).body), /By you: none/)
  t.equal((await ann.post(`${path}/deny-paths`, { paths: '/account/password\r\n /profile/*/edit ', owner: 'on' })).location, `${path}?done=deny-paths-set`)
  t.same(relay.accounts.account(id)?.denyPaths, { paths: ['/account/password', '/profile/*/edit'], owner: true })
  const shown = await ann.get(`${path}?done=deny-paths-set`)
  t.match(readPage(shown.body), /By you, every device, yours too: \/account\/password, \/profile\/\*\/edit\./)
  t.match(shown.body, /<textarea[^>]*>\/account\/password\n\/profile\/\*\/edit<\/textarea>[\s\S]*id="owner"[^>]* checked/)

  const refused = await ann.post(`${path}/deny-paths`, { paths: '/ok\nnot"a<path' })
  t.equal(refused.status, 400)
  t.match(readPage(refused.body), /a path begins with one slash/)
  t.match(refused.body, /<textarea[^>]*>\/ok\nnot&quot;a&lt;path<\/textarea>/, 'as it was written')
  t.equal(relay.accounts.account(id)?.denyPaths?.paths.length, 2)
  t.equal((await bob.post(`${path}/deny-paths`, { paths: '' })).status, 404, 'nobody else lifts it')
  t.equal((await ann.post(`${path}/deny-paths`, { paths: '' }, { csrf: null })).status, 403, 'nor another page')
  t.equal((await ann.post(`${path}/deny-paths`, { paths: '' })).status, 303)
  t.equal(relay.accounts.account(id)?.denyPaths, undefined)
})

t.test('the same of how its session is held open, within what the site declares', async (t) => {
  const relay = await startPortal(t)
  const { id } = relay.ann.account
  const [ann, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  const path = `/accounts/${id}`
  const own = { hold: 'own', every: '10', hours: '8', page: '/quiet?a=1' }
  t.match(readPage((await ann.get(path)).body), /It is not: the site ends it/)
  t.equal((await ann.post(`${path}/keep-alive`, own)).location, `${path}?done=keep-alive-set`)
  t.same(relay.accounts.account(id)?.keepAlive, { everyMinutes: 10, hours: 8, page: '/quiet?a=1' })
  t.match(readPage((await ann.get(path)).body), /10 minutes after the last request the site is asked for \/quiet\?a=1, until 8 hours after it was used last\./)

  const { createdAt: _, ...site } = relay.site
  await relay.accounts.replaceSite({ ...site, keepAlive: { everyMinutes: 30, hours: 1 }, denyPaths: { paths: ['/admin'] } })
  const bounded = readPage((await ann.get(path)).body)
  t.match(bounded, /30 minutes after the last request[^.]*until an hour after/)
  t.match(bounded, /By the site’s declaration, others who use it: \/admin\./)

  for (const wrong of [{ every: '0' }, { every: '' }, { hours: '721' }, { hours: '1.5' }, { page: '//elsewhere' }]) {
    const refused = await ann.post(`${path}/keep-alive`, { ...own, ...wrong })
    t.equal(refused.status, 400, JSON.stringify(wrong))
    t.match(refused.body, /id="hold-own"[^>]* checked/)
  }
  t.equal((await bob.post(`${path}/keep-alive`, own)).status, 404)
  t.equal((await ann.post(`${path}/keep-alive`, { ...own, hold: 'off' })).status, 303)
  t.equal(relay.accounts.account(id)?.keepAlive, 'off')
  t.equal((await ann.post(`${path}/keep-alive`, { ...own, hold: 'site' })).status, 303)
  t.equal(relay.accounts.account(id)?.keepAlive, undefined)
})
