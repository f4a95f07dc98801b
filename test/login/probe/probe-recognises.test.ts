import t, { type Test } from 'tap'
import { changesBetween } from '../../../relay/login/index.ts'
import { authSchemes } from '../../../relay/login/probe/http-auth.ts'
import { apiIn } from '../../../relay/login/probe/login-api.ts'
import { processorTime } from '../../processor-time.ts'
import fc from '../../property.ts'
import { type Respond, serve } from '../../sites/serve.ts'
import { startEngine } from '../engine-for-test.ts'

async function probed(t: Test, respond: Respond, path = '/') {
  const login = await startEngine(t)
  const site = await serve(respond)
  t.teardown(() => site.stop())
  return { site, login, report: await login.probe(new URL(path, site.origin)) }
}

const rich = `<!doctype html><title>Portal</title><meta name="csrf-token" content="secret-of-this-visit"><form id="logon" method="post" action="/do?step=1">
<input type="hidden" name="_token" value="secret-of-this-visit"><input type="hidden" name="next" value="/x"><input name="login_id"><input type="password" name="pw">
<input name="otp" autocomplete="one-time-code"><label><input type="checkbox" name="remember_me"> Remember me</label><label><input type="checkbox" name="tos" required> I agree to the terms</label><button>Log in</button></form>`

t.test('a probe tells every part of a login page, by name, and no value', async (t) => {
  const headers = { 'set-cookie': 'XSRF-TOKEN=secret-of-this-visit; Path=/', 'x-csrf-token': 'secret-of-this-visit' }
  const { report, site } = await probed(t, () => ({ headers, body: rich }))
  t.match(report.seen, {
    page: `${site.origin}/`,
    title: 'Portal',
    charset: 'UTF-8',
    form: { name: 'logon', method: 'post', action: `${site.origin}/do?step=` },
    user: 'login_id',
    password: 'pw',
    code: 'otp',
    remember: ['remember_me'],
    consent: ['tos'],
    csrf: ['field _token', 'meta csrf-token', 'cookie XSRF-TOKEN', 'header x-csrf-token'],
    hidden: ['next'],
  })
  t.match(report.settings, { form: 'logon', fields: { user: 'login_id', password: 'pw' } })
  const told = report.found.join('\n')
  for (const words of [
    /one-time code, `otp`/,
    /to stay signed in, `remember_me`/,
    /to agree, `tos`/,
    /meta tag `csrf-token`/,
    /a hidden field goes along: `next`/,
  ])
    t.match(told, words)
  t.notOk(JSON.stringify(report).includes('secret-of-this-visit'))
})

t.test('a legacy charset is told', async (t) => {
  const { report } = await probed(t, () => ({ headers: { 'content-type': 'text/html; charset=gbk' }, body: rich }))
  t.match(report.found.join(), /in GBK/)
})

t.test('field names that change with every load are not written down', async (t) => {
  let load = 0
  const { report } = await probed(t, () => {
    load += 1
    return {
      body: `<form method="post"><input type="hidden" name="trap_${load}x"><input type="hidden" name="stays"><input name="user_${load}x"><input type="password" name="pass_${load}x"><button>Log in</button></form>`,
    }
  })
  t.match(report, { ok: true, seen: { namesChange: true, hidden: ['stays'] } })
  t.same(report.settings, {})
  t.match(report.found.join(), /change with every load/)
})

t.test('a login page that nothing leads to is found at the common addresses', async (t) => {
  const { report, site } = await probed(t, ({ path }) =>
    path === '/users/sign_in' ? { body: rich } : path === '/' ? { body: '<title>Welcome</title><p>Hello' } : { status: 404 },
  )
  t.match(report, { ok: true, loginUrl: `${site.origin}/users/sign_in` })
  t.ok(site.requests.every(({ method }) => method === 'GET'))
})

t.test('a JSON login API is found in the page’s scripts', async (t) => {
  const script = 'const login=(username,password)=>fetch("/api/v2/login",{method:"POST",body:JSON.stringify({username:username,password:password})})'
  const { report, site, login } = await probed(t, ({ path }) =>
    path === '/app.js'
      ? { headers: { 'content-type': 'text/javascript' }, body: script }
      : { body: '<title>App</title><div id="app"></div><script src="/app.js"></script>' },
  )
  t.match(report, {
    ok: true,
    adapter: 'json',
    seen: { api: `${site.origin}/api/v2/login` },
    settings: { url: '/api/v2/login', body: { username: '{username}', password: '{password}' } },
    origins: [site.origin],
  })
  t.match(report.found.join(), /a login API at \/api\/v2\/login/)
  t.match((await login.probe(new URL(site.origin), { adapter: 'json', settings: report.settings })).found, [/login API/])
})

t.test('what a login API holds against forged requests is found: a meta element, the header that it names, a cookie or header that goes back', async (t) => {
  const script = '<script>axios.post("/login", { username: u, password: p })</script>'
  const cases = [
    ['<meta name="csrf-token" content="t">', {}, { read: { csrf: { meta: 'csrf-token' } }, headers: { 'X-CSRF-TOKEN': '{csrf}' } }],
    [
      '<meta name="_csrf" content="t"><meta name="_csrf_header" content="X-Its-Own">',
      {},
      { read: { csrf: { meta: '_csrf' } }, headers: { 'X-Its-Own': '{csrf}' } },
    ],
    ['', { 'set-cookie': 'XSRF-TOKEN=t; Path=/' }, { headers: { 'X-XSRF-TOKEN': { cookie: 'XSRF-TOKEN' } } }],
    ['', { 'set-cookie': 'csrftoken=t; Path=/' }, { headers: { 'X-CSRFToken': { cookie: 'csrftoken' } } }],
    ['', { 'x-csrf-token': 't' }, { read: { csrf: { header: 'X-CSRF-Token' } }, headers: { 'X-CSRF-Token': '{csrf}' } }],
  ] as const
  const body = { username: '{username}', password: '{password}' }
  for (const [head, headers, expected] of cases) {
    const { report } = await probed(t, () => ({ headers, body: `<title>App</title>${head}<div id="app"></div>${script}` }))
    t.match(report, { ok: true, adapter: 'json' })
    t.same(report.settings, { url: '/login', page: true, body, ...expected })
  }
})

t.test('calls of a script that sign in are told from those that do not', async (t) => {
  const base = new URL('https://app.example/')
  const yes = [
    'fetch("/api/login",{method:"POST",body:JSON.stringify({username:u,password:p})})',
    "axios.post('/auth/login', { email: e, password: p })",
    '$.ajax({url:"/sys/login",type:"POST",data:{username:a,password:b}})',
    'request({url:"/login",method:"post",data:{username:a,password:b,code:c,uuid:d}})',
    'this.http.post(`/api/session`,{user:u,password:p})',
  ]
  for (const script of yes) t.ok(apiIn(script, base), script)
  const no = [
    'fetch("/api/login")',
    'axios.post("/logout", {password: 1})',
    'axios.post("/api/orders", { username: u, password: p })',
    'axios.post("/auth/login/refresh", { token: t, password: p })',
    'axios.post("/auth/login", { token: t })',
    'fetch("javascript:login",{method:"POST",body:{password:p}})',
  ]
  for (const script of no) t.notOk(apiIn(script, base), script)
})

t.test('the schemes of HTTP authentication are read off any list of challenges', async (t) => {
  t.same(authSchemes('Negotiate, NTLM, Basic realm="a, Digest b", Digest realm="x", nonce="y", algorithm=SHA-256'), ['Negotiate', 'NTLM', 'Basic', 'Digest'])
  t.same(authSchemes('Negotiate YII='), ['Negotiate'])
  t.same(authSchemes(undefined), [])
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(authSchemes(text))))
  const began = processorTime()
  authSchemes(`Basic realm="${'\\"'.repeat(30_000)}`)
  t.ok(processorTime() - began < 500, 'at the cost of their length')
})

t.test('a scheme that no adapter speaks is named', async (t) => {
  const { report } = await probed(t, () => ({ status: 401, headers: { 'www-authenticate': ['Negotiate', 'NTLM'] } }))
  const problem = { code: 'scheme_unknown', text: /by Negotiate, NTLM/, next: /form/ }
  t.match(report, { ok: false, seen: { auth: ['Negotiate', 'NTLM'] }, problem })
  t.match(report.found.join(), /Negotiate, NTLM/)
  const beside = await probed(t, () => ({ status: 401, headers: { 'www-authenticate': ['Negotiate', 'NTLM', 'Basic realm="Reports"'] } }))
  t.match(beside.report, { ok: true, adapter: 'basic' })
})

t.test('what has changed since the last look is said in plain words', async (t) => {
  const before = { page: 'https://a.example/login', title: 'A', charset: 'UTF-8', user: 'user', password: 'pass', csrf: ['field t'] }
  t.same(changesBetween(before, before), [])
  t.same(changesBetween(before, { ...before, password: 'pw', captcha: 'code', captchaImage: true, csrf: [], charset: 'GBK' }), [
    'its charset is GBK now; it was UTF-8',
    'the password field is `pw` now; it was `pass`',
    'the captcha field is new: `code`',
    'the captcha image is new: there',
    'a protection against forged requests is gone: `field t`',
  ])
})
