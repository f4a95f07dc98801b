import t from 'tap'
import { redactPage } from '../../relay/login/evidence/redact-page.ts'
import { redactor } from '../../relay/login/evidence/redact-text.ts'
import type { SignInOutcome } from '../../relay/login/index.ts'
import { formsIn, newCanary } from '../laws/canary.ts'
import fc from '../property.ts'
import { type Answer, formOf, type ReceivedRequest, seeOther, serve } from '../sites/serve.ts'
import { signIn, startEngine } from './engine-for-test.ts'

const csrf = 'Zx81kQpL0v7TtYw2'
const cookie = 'c00k1e-9f8e7d6c5b'
const token = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"1"}').toString('base64url')}.c2lnbmF0dXJl`
const username = 'ann.miller@example.test'

/** Answers a sign-in with a page that nobody knows, and tells all it has in it. */
function careless(request: ReceivedRequest): Answer {
  const form = `<form id="logon" method="post" action="/login?sid=${cookie}"><input type="hidden" name="csrf" value="${csrf}"><label>Name <input name="user" value="${username}"></label>
<input type="password" name="pass"><button>Sign in</button></form>`
  if (request.method === 'GET') return { headers: { 'set-cookie': `sid=${cookie}; Path=/` }, body: `<title>Log on</title>${form}` }
  const password = formOf(request).get('pass') ?? ''
  return {
    body: `<!doctype html><html data-user="${username}"><head><title>Notice for ann.miller</title><meta name="csrf-token" content="${csrf}"><script>var t = "${token}", p = ${JSON.stringify(password)}</script></head>
<body onload="go('${csrf}')"><h1>The system is being maintained tonight.</h1><p>Dear ${username}, your password ${password.replaceAll('&', '&amp;').replaceAll('<', '&lt;')} and session ${cookie} are fine.</p>
<a href="/next?sid=${cookie}&user=${username}#${csrf}" title="${csrf}">Go on</a><p>${token}</p><p>Reference 7f3a9c2e51d84b6fa0c3e9d2</p>
<textarea>${csrf}</textarea><form name="later" action="/later;jsessionid=${cookie}"><input type="hidden" name="state" value="${csrf}"><input name="note" value="${csrf}"></form><!-- ${cookie} --></body></html>`,
  }
}

function failed(outcome: SignInOutcome): Extract<SignInOutcome, { ok: false }> {
  if (outcome.ok) throw new Error('it signed in')
  return outcome
}

t.test('law 1: the snapshot of a page that nobody knows says what it said, and holds no secret, token, value or user name', async (t) => {
  const login = await startEngine(t)
  const site = await serve(careless)
  t.teardown(() => site.stop())
  const password = newCanary()
  const settings = { signs: { success: [{ text: 'Welcome' }] } }
  const { kind, sent, snapshot } = failed(await signIn(login, { url: site.url, username, password: password.value, settings }))
  t.match({ kind, sent }, { kind: 'unknown', sent: true })
  t.match(snapshot, {
    sent: true,
    adapter: 'form',
    page: {
      status: 200,
      url: `${site.origin}/login?sid=`,
      forms: [{ name: 'later', fields: [{ name: 'state', type: 'hidden' }, { name: 'note' }] }],
    },
  })
  t.ok(snapshot?.page?.messages.includes('The system is being maintained tonight.'))
  t.match(snapshot?.page?.copy, '<h1>The system is being maintained tonight.</h1>')
  t.match(snapshot?.page?.copy, 'Go on')
  const whole = JSON.stringify(snapshot)
  t.same(formsIn([password], Buffer.from(whole)), [], 'the password')
  for (const [what, value] of Object.entries({ csrf, cookie, token, username, local: 'ann.miller', reference: '7f3a9c2e51d84b6fa0c3e9d2' })) {
    t.notOk(whole.includes(value), what)
  }
})

t.test('a sign-in that fails before the form was sent says so, and has the page it ended at', async (t) => {
  const login = await startEngine(t)
  const site = await serve(() => ({ body: '<title>Nothing here</title><p>Out for lunch</p>' }))
  t.teardown(() => site.stop())
  const { kind, sent, snapshot } = failed(await signIn(login, { url: site.url, username, password: 'secret one' }))
  t.match({ kind, sent, title: snapshot?.page?.title }, { kind: 'form-not-found', sent: false, title: 'Nothing here' })
  const nobody = failed(await signIn(login, { url: 'http://127.0.0.1:1/', username, password: 'secret one' }))
  t.equal(nobody.snapshot?.page, undefined)
})

t.test('a site that fails before anything secret was sent is asked again; afterwards it never is', async (t) => {
  const login = await startEngine(t)
  let downs = 2
  const page = '<title>Log on</title><form method="post"><input name="user"><input type="password" name="pass"><button>Sign in</button></form>'
  const site = await serve((request) => {
    if (request.method === 'POST') return formOf(request).get('user') === 'broken' ? { status: 503 } : seeOther('/home', ['sid=1; Path=/'])
    if (request.path === '/home') return { body: '<a href="/logout">Log out</a>' }
    return downs-- > 0 ? { status: 503 } : { body: page }
  })
  t.teardown(() => site.stop())
  const posts = () => site.requests.filter(({ method }) => method === 'POST').length
  t.ok((await signIn(login, { url: site.url, username: 'ann', password: 'secret one' })).ok, 'it came back')
  t.equal(posts(), 1)
  downs = 3
  const down = failed(await signIn(login, { url: site.url, username: 'ann', password: 'secret one' }))
  t.match(down, { kind: 'site-down', sent: false })
  t.equal(posts(), 1, 'it was asked three times, and nothing was sent')
  downs = 0
  const broken = failed(await signIn(login, { url: site.url, username: 'broken', password: 'secret one' }))
  t.match(broken, { kind: 'site-down', sent: true })
  t.equal(posts(), 2, 'law 3: one password, once')
})

const attributes = ['value', 'data-token', 'onclick', 'style', 'srcdoc', 'content', 'nonce', 'integrity']
const secret = 'S3cret-value-of-nobody'

t.test('whatever holds a value in a page, its copy does not', async (t) => {
  const redact = redactor({ scrub: (text) => text, username: 'ann', values: [] })
  const element = fc.record({
    tag: fc.constantFrom('div', 'input', 'p', 'meta', 'form', 'a', 'template', 'noscript'),
    attribute: fc.constantFrom(...attributes),
  })
  fc.assert(
    fc.property(fc.array(element, { minLength: 1, maxLength: 20 }), (parts) => {
      const markup = parts.map(({ tag, attribute }) => `<${tag} class="x" ${attribute}="${secret}">`).join('\n')
      return !redactPage(`<script>${secret}</script><style>${secret}</style>${markup}<a href="/x?k=${secret}#${secret}">`, redact).includes(secret)
    }),
    { numRuns: 200 },
  )
  const big = `<p>${'word '.repeat(30_000)}</p><p>after</p>`
  t.match(redactPage(big, redact), '[150000 characters]')
  t.ok(redactPage('<p>x</p>'.repeat(200_000), redact).length < 60_000)
  t.match(redactPage('<div>'.repeat(50_000), redact), 'left out')
})

t.test('a text without secrets stays as it is; a short user name goes only where it stands alone', async (t) => {
  const redact = redactor({ scrub: (text) => text, username: 'ann', values: ['hidden value', 'no'] })
  t.equal(redact('You cannot sign in: wrong user name or password (3 tries left).'), 'You cannot sign in: wrong user name or password (3 tries left).')
  t.equal(redact('Hello Ann, the announcement'), 'Hello [user name], the announcement')
  t.equal(redact('a hidden value, no more'), 'a [hidden], no more')
  t.equal(redact('/files/annual-report-of-the-department'), '/files/annual-report-of-the-department')
  t.equal(redact(`at ${token}!`), 'at [token]!')
  t.equal(redact('用户名或密码错误，请重新输入'), '用户名或密码错误，请重新输入')
})
