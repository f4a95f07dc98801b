import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import { startJsonSite } from '../../sites/scripts/json-site.ts'
import { type BusinessSite, formOf, seeOther, serve } from '../../sites/serve.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'

type Call = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ readonly status: number; readonly body: Record<string, never> & { [key: string]: unknown } }>

function caller(relay: StartedPortal): Call {
  return async (method, path, body) => {
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${relay.adminToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
  }
}

async function stopping<S extends BusinessSite>(t: Test, site: Promise<S>): Promise<S> {
  const started = await site
  t.teardown(() => started.stop())
  return started
}

t.test('a site is enrolled, signs in, and learns by what it is told; a wrong password is tried only on a word, once', async (t) => {
  const relay = await startPortal(t)
  const call = caller(relay)
  const site = await stopping(t, startRotatingSite())
  t.equal((await call('POST', '/sites', { url: site.url, id: 'shop' })).status, 201)
  await call('POST', '/accounts', { site: 'shop', user: 'ann', username: 'ann', password: 'correct horse' })
  const learned = await call('POST', '/sites/shop/learn', { account: 'shop', user: 'ann' })
  t.match(learned.body, { success: ['the text "Log out"', 'the path /home and the cookie sid'], denied: [], written: true, refusalSeen: false })
  t.same(site.book.outcomes, ['signed-in'])
  const more = await call('POST', '/sites/shop/learn', { account: 'shop', user: 'ann', tryWrong: true })
  t.match(more.body, { denied: ['the text "Invalid credentials"', 'the status 401'], written: true, refusalSeen: true })
  t.same(site.book.outcomes, ['signed-in', 'wrong-password'], 'no sign-in more than was asked for')
  t.match((await call('GET', '/accounts/shop?user=ann')).body, { state: 'signed-in' }, 'the account itself was not touched')
  const file = await readFile(join(relay.folder, 'sites', 'shop.yaml'), 'utf8')
  t.match(file, /success:\n {6}- text: Log out/)
  t.match(file, /denied:\n {6}- text: Invalid credentials/)
  await relay.sessions.ensure(relay.accounts.account('shop', relay.ann.user.id)?.id ?? '', { fresh: true })
  t.same(site.book.outcomes, ['signed-in', 'wrong-password', 'signed-in'], 'the signs hold')
})

t.test('a login that a script does is enrolled by its address alone, and signs in', async (t) => {
  const relay = await startPortal(t)
  const call = caller(relay)
  const site = await stopping(t, startJsonSite({ username: 'ann', password: 'correct horse' }))
  t.match((await call('POST', '/sites', { url: site.url, id: 'app' })).body, { adapter: 'json' })
  await call('POST', '/accounts', { site: 'app', user: 'ann', username: 'ann', password: 'correct horse' })
  const { id = '' } = relay.accounts.account('app', relay.ann.user.id) ?? {}
  t.ok((await relay.sessions.ensure(id)).evidence.length > 0)
  t.match((await call('POST', '/sites/app/check', {})).body, { ok: true, changes: [] })
  site.moveApi('/api/v2/login')
  const moved = `the login API of its script is ${site.origin}/api/v2/login now; it was ${site.origin}/api/login`
  const wanted = { changes: ['the setting `url` is another', 'what was seen of the login page'], widens: [] }
  t.match((await call('POST', '/sites/app/check', {})).body, { changes: [moved], update: wanted, updated: false })
  t.match((await call('POST', '/sites/app/check', { update: true, agreed: [] })).body, { updated: true })
  t.match(relay.accounts.site('app'), { settings: { url: '/api/v2/login', body: { username: '{username}' } } })
  t.ok((await relay.sessions.ensure(id, { fresh: true })).evidence.length > 0, 'and signs in there')
})

t.test('an API that another address of the same site was given by hand is left as it is', async (t) => {
  const relay = await startPortal(t)
  const call = caller(relay)
  const site = await stopping(t, startJsonSite({ username: 'ann', password: 'correct horse' }))
  await call('POST', '/sites', { url: site.url, id: 'app', adapter: 'json', settings: { url: '/api/own' } })
  site.moveApi('/api/v2/login')
  await call('POST', '/sites/app/check', { update: true, yes: true })
  t.match(relay.accounts.site('app'), { settings: { url: '/api/own' } })
})

t.test('a wrong password that an API refuses counts as refused, though the answer is no page to learn from', async (t) => {
  const relay = await startPortal(t)
  const call = caller(relay)
  const site = await stopping(t, startJsonSite({ username: 'ann', password: 'correct horse' }))
  await call('POST', '/sites', { url: site.url, id: 'app' })
  await call('POST', '/accounts', { site: 'app', user: 'ann', username: 'ann', password: 'correct horse' })
  const learned = await call('POST', '/sites/app/learn', { account: 'app', user: 'ann', tryWrong: true })
  t.match(learned.body, { denied: [], refusalSeen: true })
  t.same(site.book.outcomes, ['signed-in', 'wrong-password'])
})

t.test('where the password was sent to is no sign of success: a wrong one is answered there too', async (t) => {
  const relay = await startPortal(t)
  const call = caller(relay)
  const api = await stopping(t, startJsonSite({ username: 'ann', password: 'correct horse', csrf: 'meta' }))
  // It answers at the form's own address whatever was sent, with a cookie, and in words that nobody knows.
  const inPlace = await stopping(
    t,
    serve((request) => {
      if (request.method !== 'POST') return { body: '<form method="post" action="/enter"><input name="user"><input type="password" name="pass"></form>' }
      const isRight = formOf(request).get('pass') === 'correct horse'
      return {
        headers: { 'set-cookie': 'sid=1; Path=/' },
        body: isRight ? '<a href="/logout">Log out</a>' : '<p>Hmm.</p><form action="/search"><input name="q"></form>',
      }
    }),
  )
  for (const [id, { url }, success] of [
    ['app', api, []],
    ['shop', inPlace, ['the text "Log out"']],
  ] as const) {
    await call('POST', '/sites', { url, id })
    await call('POST', '/accounts', { site: id, user: 'ann', username: 'ann', password: 'correct horse' })
    t.same((await call('POST', `/sites/${id}/learn`, { account: id, user: 'ann' })).body.success, success)
    await call('POST', '/accounts', { site: id, user: 'ann', username: 'ann', password: 'wrong', name: id, replace: true })
    await t.rejects(relay.sessions.ensure(relay.accounts.account(id, relay.ann.user.id)?.id ?? ''), { code: 'login_failed' }, id)
  }
})

/** Its login page after a redesign: another name for the password, sent to another origin. */
async function startMovingSite(t: Test) {
  let redesigned = ''
  const field = () => (redesigned === '' ? 'pass' : 'secret_word')
  const site = await stopping(
    t,
    serve((request) => {
      if (request.method === 'POST') return formOf(request).get(field()) === 'correct horse' ? seeOther('/home', ['sid=1; Path=/']) : { status: 401 }
      if (request.path === '/home') return { body: '<a href="/logout">Log out</a>' }
      return {
        body: `<title>Log on</title><form id="logon" method="post" action="${redesigned}/login"><input name="user"><input type="password" name="${field()}"><button>Log in</button></form>`,
      }
    }),
  )
  const redesign = (origin = site.origin): void => {
    redesigned = origin
  }
  return { ...site, redesign }
}

t.test('a site that was redesigned: the sign-in stops before anything is sent, a check says what has changed, and takes it over', async (t) => {
  const relay = await startPortal(t)
  const call = caller(relay)
  const site = await startMovingSite(t)
  await call('POST', '/sites', { url: site.url, id: 'shop' })
  await call('POST', '/accounts', { site: 'shop', user: 'ann', username: 'ann', password: 'correct horse' })
  const { id = '' } = relay.accounts.account('shop', relay.ann.user.id) ?? {}
  await relay.sessions.ensure(id)
  t.match((await call('POST', '/sites/shop/check', {})).body, { ok: true, changes: [] })
  site.redesign()
  const posts = () => site.requests.filter(({ method }) => method === 'POST').length
  await t.rejects(relay.sessions.ensure(id, { fresh: true }), { code: 'login_failed' })
  t.equal(posts(), 1, 'law 2: the password goes into the declared field or nowhere')
  t.match((await call('GET', '/accounts/shop/snapshot?user=ann')).body, {
    kind: 'form-not-found',
    sent: false,
    page: { forms: [{ name: 'logon', fields: [{ name: 'user' }, { name: 'secret_word', type: 'password' }] }] },
  })
  const check = await call('POST', '/sites/shop/check', {})
  t.match(check.body, { ok: false, changes: ['the password field is `secret_word` now; it was `pass`'], update: { widens: [] }, updated: false })
  t.match((await call('POST', '/sites/shop/check', { update: true })).body, { updated: true })
  await relay.sessions.ensure(id, { fresh: true })
  t.equal(posts(), 2)
})

t.test('law 2: a redesign that sends the password elsewhere is taken over only by whom was told so', async (t) => {
  const relay = await startPortal(t)
  const call = caller(relay)
  const site = await startMovingSite(t)
  await call('POST', '/sites', { url: site.url, id: 'shop' })
  site.redesign('http://collector.test:1')
  const { body } = await call('POST', '/sites/shop/check', {})
  t.match(body, { update: { widens: ['secrets may go to http://collector.test:1 too'] } })
  for (const agreed of [undefined, [], ['secrets may go to http://other.test too']]) {
    const refused = await call('POST', '/sites/shop/check', { update: true, ...(agreed === undefined ? {} : { agreed }) })
    t.match({ status: refused.status, code: refused.body.code }, { status: 409, code: 'site_widens' })
  }
  t.same(relay.accounts.site('shop')?.origins, [site.origin])
  const shown = (body.update as unknown as { widens: string[] }).widens
  t.match((await call('POST', '/sites/shop/check', { update: true, agreed: shown })).body, { updated: true })
  t.same(relay.accounts.site('shop')?.origins, [site.origin, 'http://collector.test:1'])
})

t.test('law 2: between what was shown and what is enrolled the site cannot slip in another origin', async (t) => {
  const relay = await startPortal(t)
  const call = caller(relay)
  const site = await startMovingSite(t)
  site.redesign('http://collector.test:1')
  const refused = await call('POST', '/sites', { url: site.url, id: 'shop', origins: [site.origin] })
  t.match({ status: refused.status, code: refused.body.code }, { status: 409, code: 'site_widens' })
  t.equal(relay.accounts.site('shop'), undefined)
})
