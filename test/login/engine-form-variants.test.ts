import t from 'tap'
import { loginPage } from '../sites/bad-sites.ts'
import { formOf, type ReceivedRequest, type Respond, seeOther, serve } from '../sites/serve.ts'
import { signIn, startEngine, type Visit } from './engine-for-test.ts'

type T = Parameters<typeof startEngine>[0]
const account = { username: 'ann', password: 'right' }

async function visit(t: T, respond: Respond, options: Partial<Visit> = {}) {
  const site = await serve(respond)
  t.teardown(() => site.stop())
  const login = await startEngine(t, { openReader: () => Promise.reject(new Error('no reader here')) })
  const outcome = await signIn(login, { url: site.url, ...account, ...options })
  const posts = site.requests.filter(({ method }) => method === 'POST')
  return { outcome, posts, site }
}

function isRight(request: ReceivedRequest): boolean {
  return formOf(request).get('user') === account.username && formOf(request).get('pass') === account.password
}

const home = '<title>Home</title><a href="/logout">Log out</a>'

t.test('boxes: "remember me" is cleared, consent is given only where the form does not go without, settings fill in the rest', async (t) => {
  const extra = `<input type="checkbox" name="remember_me" checked> <input type="checkbox" name="terms" value="yes" required> <input type="checkbox" name="newsletter" value="yes">
<select name="lang"><option>en</option><option>de</option></select> <input type="radio" name="as" value="guest" checked> <input type="radio" name="as" value="staff"> <input name="company">
<input type="hidden" name="csrf" value="t0ken">`
  const { outcome, posts } = await visit(t, ({ method, path }) => ({ body: method === 'POST' || path !== '/login' ? home : loginPage(extra) }), {
    settings: { values: { lang: 'de', as: 'staff', company: 'Acme' } },
  })
  t.ok(outcome.ok)
  const [sent] = posts.map(formOf)
  t.same(Object.fromEntries(sent ?? []), { user: 'ann', pass: 'right', terms: 'yes', lang: 'de', as: 'staff', company: 'Acme', csrf: 't0ken' })
})

t.test('a site that answers by scripts: an alert about the captcha is understood, a redirect by script followed', async (t) => {
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
  const page = loginPage('验证码 <input name="yzm"><img src="yzm.asp">')
  const { outcome, posts } = await visit(
    t,
    (request) => {
      if (request.path === '/yzm.asp') return { headers: { 'content-type': 'image/gif' }, body: gif }
      if (request.path === '/main.asp') return { body: request.cookies.sid === '1' ? home : page }
      if (request.method !== 'POST') return { body: page }
      if (formOf(request).get('yzm') !== 'abcd') return { body: '<script>alert("验证码错误！");history.go(-1);</script>' }
      if (!isRight(request)) return { body: '<script>alert("密码错误！");history.go(-1);</script>' }
      return { headers: { 'set-cookie': 'sid=1' }, body: '<script language=javascript>top.location.href="main.asp"</script>' }
    },
    {
      ask: (() => {
        let count = 0
        return async () => (count++ === 0 ? 'zzzz' : 'abcd')
      })(),
    },
  )
  t.ok(outcome.ok)
  t.equal(posts.length, 2)
})

t.test('a script’s alert about the password ends it', async (t) => {
  const { outcome, posts } = await visit(t, ({ method }) => ({
    body: method === 'POST' ? '<script>alert("用户名或密码错误！");history.go(-1);</script>' : loginPage(),
  }))
  t.match(outcome, { ok: false, kind: 'wrong-password', seen: [/用户名或密码错误/] })
  t.equal(posts.length, 1)
})

t.test('a one-time code is asked of the person', async (t) => {
  const codeForm =
    '<title>Verify</title><form method="post" action="/code"><label>Code from your authenticator <input name="otp" autocomplete="one-time-code"></label><button>Verify</button></form>'
  const respond: Respond = (request) => {
    if (request.path === '/code') return formOf(request).get('otp') === '123456' ? seeOther('/home', ['sid=1']) : { body: `<p>Wrong code</p>${codeForm}` }
    if (request.path === '/home') return { body: home }
    return request.method === 'POST' ? { body: codeForm } : { body: loginPage() }
  }
  const asked: string[] = []
  const { outcome } = await visit(t, respond, {
    ask: async (challenge) => {
      asked.push(challenge.kind === 'code' ? challenge.question : challenge.kind)
      return '123456'
    },
  })
  t.ok(outcome.ok)
  t.same(asked, ['The site asks: Code from your authenticator'])
  const wrong = await visit(t, respond, { ask: async () => '000000' })
  t.match(wrong.outcome, { ok: false, kind: 'challenge' })
  t.equal(wrong.posts.length, 2, 'neither password nor code is sent again')
  t.match((await visit(t, respond)).outcome, { ok: false, kind: 'challenge', seen: ['nobody answered the question in time'] })
})

t.test('weak evidence is held against another page', async (t) => {
  // The cookie was there before, the address stays, and no word is known: only the form is gone.
  const answering =
    (signedInRoot: string): Respond =>
    (request) => {
      if (request.path === '/') return { body: signedInRoot }
      return { headers: { 'set-cookie': 'sid=1' }, body: request.method === 'POST' ? '<title>?</title>Tervetuloa' : loginPage() }
    }
  t.match(
    (await visit(t, answering('<p>Tilaukset</p>'))).outcome,
    { ok: false, kind: 'unknown', seen: [/form is gone/, /does not ask to sign in/, /landing/] },
    'a page for everybody',
  )
  t.match((await visit(t, answering('<p>Tilaukset</p>'), { settings: { landing: '/' } })).outcome, { ok: true }, 'one that a person has named')
  t.match((await visit(t, answering(loginPage()))).outcome, { ok: false, kind: 'wrong-password', seen: [/still asks to sign in/, /titled/] })
  t.match((await visit(t, answering('<a href="/login">Kirjaudu</a>'))).outcome, { ok: false, kind: 'wrong-password' })
})

t.test('markers of the settings decide before words do', async (t) => {
  const answer =
    (text: string): Respond =>
    ({ method }) => ({ body: method === 'POST' ? `${text}${loginPage()}` : loginPage() })
  const markers = { success: 'Tervetuloa', failure: ['Väärä tunnus', '/virhe \\d+/i'], blocked: 'Lukittu' }
  t.match((await visit(t, answer('tervetuloa'), { settings: { markers } })).outcome, { ok: true, evidence: [/Tervetuloa/] })
  t.match((await visit(t, answer('VIRHE 12'), { settings: { markers } })).outcome, { ok: false, kind: 'wrong-password' })
  t.match((await visit(t, answer('Lukittu'), { settings: { markers } })).outcome, { ok: false, kind: 'blocked' })
  t.match((await visit(t, answer('x'), { settings: { markers: { success: '/(/' } } })).outcome, { ok: false, seen: [/markers.*is not a regular expression/] })
})

t.test('a landing page of the settings, of the site, or where the answer led', async (t) => {
  const respond: Respond = ({ method, path }) => (method === 'POST' ? seeOther('/home?x=1', ['sid=1']) : { body: path === '/login' ? loginPage() : home })
  const landing = async (options: Partial<Visit>) => {
    const { outcome, site } = await visit(t, respond, options)
    return outcome.ok ? outcome.landingUrl.replace(site.origin, '') : outcome.kind
  }
  t.equal(await landing({}), '/home?x=1')
  t.equal(await landing({ settings: { landing: '/desk' } }), '/desk')
})

t.test('a form that sends by GET puts the password into no address that is told', async (t) => {
  const form = '<form action="/in"><input name="user"><input type="password" name="pass"></form>'
  const { outcome, site } = await visit(t, ({ path }) => ({ body: path.startsWith('/in') ? home : form }), { password: 'canary-password' })
  t.ok(outcome.ok)
  t.ok(
    site.requests.some(({ path }) => path.includes('canary-password')),
    'the site got it',
  )
  t.notMatch(JSON.stringify(outcome), 'canary')
})

const menus: Readonly<Record<string, string>> = {
  'leads to the way out on a press':
    '<a href="#" onclick="out()">Leave</a><script>function out() { if (confirm("Leave?")) location.href = "/logout" }</script>',
  'leads to the login on an answer': '<script>$.ajax({ url: "/news", error: function (x) { if (x.status == 401) location.href = "/login" } })</script>',
  'sends its only form on a press': `<form id="out" action="/logout" method="post"><input type="hidden" name="csrf" value="1"><button>Leave</button></form>
<script>$(function () { $("#leave").click(function () { $("#out").submit() }) })</script>`,
  'sends its only form after half an hour': `<form name="f" action="/logout" method="post"><input type="hidden" name="csrf" value="1"></form>
<script>setTimeout(function () { document.f.submit() }, 1800000)</script>`,
}

for (const [title, menu] of Object.entries(menus))
  t.test(`a page whose script ${title} is left as it is: the session lives`, async (t) => {
    const { outcome, site } = await visit(t, (request) => {
      if (request.path === '/logout') return { headers: { 'set-cookie': 'sid=; Max-Age=0' }, body: loginPage() }
      if (request.path === '/login' && request.method === 'POST' && isRight(request))
        return { ...seeOther('/menu'), headers: { location: '/menu', 'set-cookie': 'sid=1' } }
      return { body: request.path === '/menu' && request.cookies.sid === '1' ? `<title>Menu</title><p>Orders, stock, invoices</p>${menu}` : loginPage() }
    })
    t.ok(outcome.ok)
    t.notOk(site.requests.some(({ path }) => path === '/logout'))
  })
