import t from 'tap'
import { formOf, type Respond, seeOther, serve } from '../sites/serve.ts'
import { signIn, startEngine } from './engine-for-test.ts'

type T = Parameters<typeof startEngine>[0]

const loginForm = '<form method="post" action="in"><input name="user"><input type="password" name="pass"><button>Sign in</button></form>'
const home = '<title>Home</title><a href="/logout">Log out</a>'

/** A server whose pages are these, and which takes the form at every path that ends in `/in`. */
async function start(t: T, pages: Readonly<Record<string, string>>, host = 'erp.test') {
  const respond: Respond = (request) => {
    if (request.method === 'POST' && request.path.endsWith('/in')) {
      return formOf(request).get('pass') === 'right' ? seeOther('/home', ['sid=1; Path=/']) : { body: `<p>Wrong password</p>${loginForm}` }
    }
    if (request.path === '/home') return { body: request.cookies.sid === '1' ? home : '<p>Not signed in</p>' }
    const body = pages[request.path]
    return body === undefined ? { status: 404, body: '<title>Not found</title>' } : { body }
  }
  const site = await serve(respond, { host })
  t.teardown(() => site.stop())
  return site
}

const sent = (site: { readonly requests: readonly { readonly method: string; readonly path: string }[] }) =>
  site.requests.filter(({ method }) => method === 'POST').map(({ path }) => path)

t.test('a form deep in a frameset is found past frames that hold none, by relative addresses and a base', async (t) => {
  const site = await start(t, {
    '/login': '<frameset><frame src="parts/head.html"><frame src="parts/main.html"><frame src="parts/foot.html"></frameset>',
    '/parts/head.html': '<h1>Acme</h1>',
    '/parts/main.html': '<base href="/auth/"><frameset><frame src="box"></frameset>',
    '/parts/foot.html': '<p>(c) Acme</p>',
    '/auth/box': loginForm,
  })
  const login = await startEngine(t)
  const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'right' })
  t.match(outcome, { ok: true })
  t.same(sent(site), ['/auth/in'])
  const report = await login.probe(new URL(site.url))
  t.match(report, { ok: true, origins: [site.origin] })
})

t.test('a form in an iframe is filled in there; a refusal in it is a refusal', async (t) => {
  const site = await start(t, { '/login': '<h1>Portal</h1><iframe src="/auth/box"></iframe>', '/auth/box': loginForm })
  const login = await startEngine(t)
  t.match(await signIn(login, { url: site.url, username: 'ann', password: 'right' }), { ok: true })
  t.match(await signIn(login, { url: site.url, username: 'ann', password: 'wrong' }), { ok: false, kind: 'wrong-password', seen: [/Wrong password/] })
})

t.test('a frame of another origin: the probe finds it and names the origin; a sign-in opens it only where it is enrolled', async (t) => {
  const other = await start(t, { '/auth/box': loginForm }, 'sso.test')
  const site = await start(t, { '/login': `<h1>Portal</h1><iframe src="${other.origin}/auth/box"></iframe>` })
  const login = await startEngine(t)
  const report = await login.probe(new URL(site.url))
  t.match(report, { ok: true })
  t.same(report.origins, [site.origin, other.origin])
  const before = other.requests.length
  const outside = await signIn(login, { url: site.url, username: 'ann', password: 'right' })
  t.match(outside, { ok: false, kind: 'form-not-found', sent: false })
  t.equal(other.requests.length, before, 'nothing was opened there')
  t.match(await signIn(login, { url: site.url, username: 'ann', password: 'right', origins: [other.origin] }), { ok: true })
})

t.test('a frame that leads back to its page, and frames without end, are left', async (t) => {
  const site = await serve(({ path }) => ({ body: `<iframe src="/login"></iframe><iframe src="${path}/x"></iframe>` }))
  t.teardown(() => site.stop())
  const outcome = await signIn(await startEngine(t), { url: site.url, username: 'ann', password: 'right' })
  t.match(outcome, { ok: false, kind: 'form-not-found' })
  t.ok(site.requests.length < 20)
})
