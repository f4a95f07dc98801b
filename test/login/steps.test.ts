import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { formOf, seeOther, serve } from '../sites/serve.ts'
import { signIn, siteFor, startEngine } from './engine-for-test.ts'

type T = Parameters<typeof startEngine>[0]

const head = (name: string) => `name: ${name}\napi: 1\ndescription: ${name}\n`

async function engineWith(t: T, files: Readonly<Record<string, string>>) {
  const adaptersFolder = t.testdir()
  for (const [name, steps] of Object.entries(files)) await writeFile(join(adaptersFolder, `${name}.steps.yaml`), head(name) + steps)
  return startEngine(t, { adaptersFolder })
}

const fillIn = `steps:
  - fill: name=username
    with: '{username}'
  - fill: css=form > input[type=password]
    with: '{password}'
  - click: text=log in
`

t.test('steps sign in, with and without an expectation, and tell a refused password', async (t) => {
  const site = await startRotatingSite()
  t.teardown(() => site.stop())
  const login = await engineWith(t, {
    plain: fillIn,
    expects: `${fillIn}  - expect:\n      signed-in: [cookie=sid, text=Log out]\n      wrong-password: text=Invalid credentials\nlanding: /home\nsignOut: text=Log out\n`,
    misses: `${fillIn}  - expect: text=Nonesuch\n`,
    lost: `steps:\n  - fill: id=nonesuch\n    with: x\n`,
    broken: `steps:\n  - click: 'css=a['\n`,
  })
  const visit = { url: site.url, username: 'ann', password: 'correct horse' }
  t.match(await signIn(login, { ...visit, adapter: 'plain' }), { ok: true, evidence: [/way to sign out/] })
  const outcome = await signIn(login, { ...visit, adapter: 'expects' })
  t.match(outcome, { ok: true, evidence: ['cookie=sid is there'], landingUrl: `${site.origin}/home` })
  t.match(await signIn(login, { ...visit, adapter: 'plain', password: 'wrong' }), { ok: false, kind: 'wrong-password' })
  t.match(await signIn(login, { ...visit, adapter: 'expects', password: 'wrong' }), {
    ok: false,
    kind: 'wrong-password',
    seen: ['text=Invalid credentials is there'],
  })
  t.match(await signIn(login, { ...visit, adapter: 'misses' }), { ok: false, kind: 'unknown', seen: [/text=Nonesuch is not at \/home/, /Home/] })
  t.match(await signIn(login, { ...visit, adapter: 'lost' }), { ok: false, kind: 'form-not-found', seen: [/id=nonesuch is not at \/login/, /Log in/] })
  t.match(await signIn(login, { ...visit, adapter: 'broken' }), { ok: false, kind: 'form-not-found', seen: [/cannot be used/] })

  if (!outcome.ok) return t.fail('signed in')
  const state = { site: siteFor({ ...visit, adapter: 'expects' }), cookies: outcome.cookies, headers: outcome.headers }
  t.equal(await login.isSignedIn({ ...state, cookies: ((await signIn(login, { ...visit, adapter: 'expects' })) as typeof outcome).cookies }), true)
  const again = await signIn(login, { ...visit, adapter: 'expects' })
  t.equal(again.ok && (await login.signOut({ ...state, cookies: again.cookies })), true)
  const facts = { url: new URL('/home', site.url), method: 'GET', contentType: 'text/html', removedCookies: [] }
  t.equal(login.looksSignedOut(state.site, { ...facts, status: 302, location: new URL(site.url) }), true, 'without signs, a redirect to the login page')
  t.equal(login.looksSignedOut(state.site, { ...facts, status: 200, location: undefined }), false)
})

t.test('that the form is gone is no proof of a sign-in, unless the steps expect what is there instead', async (t) => {
  const form = '<form method="post"><input name="username"><input type="password" name="password"><button>Log in</button></form>'
  const site = await serve(({ method }) => ({ body: method === 'POST' ? '<p>Hmm.</p>' : form }))
  t.teardown(() => site.stop())
  const login = await engineWith(t, { hopes: fillIn, knows: `${fillIn}  - expect:\n      signed-in: text=Hmm\n` })
  const visit = { url: site.url, username: 'ann', password: 'correct horse' }
  t.match(await signIn(login, { ...visit, adapter: 'hopes' }), { ok: false, kind: 'unknown', sent: true, seen: [/form is gone/, /`expect`/] })
  t.match(await signIn(login, { ...visit, adapter: 'knows' }), { ok: true, evidence: [/text=Hmm/] })
})

t.test('a cookie that was there before the password was sent is no proof of a sign-in', async (t) => {
  const form = '<form method="post"><input name="username"><input type="password" name="password"><button>Log in</button></form>'
  const site = await serve((request) => {
    if (request.method === 'GET') return { headers: { 'set-cookie': 'sid=before; Path=/' }, body: form }
    return formOf(request).get('password') === 'right' ? { headers: { 'set-cookie': 'sid=after; Path=/' }, body: 'Hello' } : { body: `No.${form}` }
  })
  t.teardown(() => site.stop())
  const login = await engineWith(t, { counts: `${fillIn}  - expect:\n      signed-in: cookie=sid\n` })
  const visit = { url: site.url, username: 'ann', adapter: 'counts' }
  t.match(await signIn(login, { ...visit, password: 'right' }), { ok: true, evidence: ['cookie=sid is there'] })
  t.match(await signIn(login, { ...visit, password: 'wrong' }), { ok: false, kind: 'unknown', sent: true, seen: [/cookie=sid is not at/] })
})

t.test('a frame, a link, a box, a setting, a list, a code from the person and a target that comes later', async (t) => {
  let looked = 0
  const site = await serve((request) => {
    const cookie = request.cookies.sid
    switch (`${request.method} ${request.path}`) {
      case 'GET /':
        return { body: '<a href="/portal">Staff  portal</a>' }
      case 'GET /portal':
        return { body: '<iframe name=login src="/frame"></iframe>' }
      case 'GET /frame':
        return {
          body: '<form method=post action=/in><select name=company><option value=a>A<option value=b>B</select><input id=u name=user><input type=password name=pw><input type=checkbox name=agree value=yes><input name=code><button name=go value=1>Enter</button></form>',
        }
      case 'POST /in': {
        const form = formOf(request)
        const isRight =
          ['b', 'ann@acme', 'correct horse', 'yes', '1234', '1'].join() ===
          ['company', 'user', 'pw', 'agree', 'code', 'go'].map((name) => form.get(name)).join()
        return isRight ? seeOther('/wait', ['sid=1; Path=/']) : { body: `wrong: ${form}` }
      }
      default:
        looked += 1
        return { body: cookie !== '1' ? 'nobody' : looked > 1 ? '<p id=ready>Ready</p>' : 'wait' }
    }
  })
  t.teardown(() => site.stop())
  const login = await engineWith(t, {
    long: `settings: { company: The company }
steps:
  - open: /
  - click: text=staff portal
  - open: css=iframe[name=login]
  - expect: css=input[type=password]
  - fill: xpath=//select[@name='company']
    with: '{company}'
  - fill: id=u
    with: '{username}@acme'
  - fill: xpath=//input[@type='password']
    with: '{password}'
  - click: name=agree
  - code: name=code
    from: person
    question: The code of the app?
  - click: xpath=//button[contains(., 'Enter')]
  - wait: id=ready
  - expect: [path=/nonesuch, text=Ready]
`,
  })
  const visit = { url: `${site.origin}/`, username: 'ann', password: 'correct horse', adapter: 'long', ask: async () => '1234' }
  t.match(await signIn(login, visit), { ok: false, seen: [/setting `company`/] }, 'its settings are asked for')
  t.match(await signIn(login, { ...visit, settings: { company: 'b' } }), { ok: true, evidence: ['text=Ready is there'] })
})

t.test('a captcha is read, and tried again where it alone was refused', async (t) => {
  let wanted = 0
  const site = await serve((request) => {
    if (request.path === '/image')
      return {
        headers: { 'content-type': 'image/svg+xml' },
        body: '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="30"><text x="5" y="20">x</text></svg>',
      }
    if (request.method === 'GET')
      return { body: '<form method=post><input name=user><input type=password name=pw><img id=i src=/image><input name=code><button>Go</button></form>' }
    wanted += 1
    return formOf(request).get('code') === `answer ${wanted}` && wanted === 2 ? { body: '<p>Welcome</p>' } : { body: '<p>Code wrong</p>' }
  })
  t.teardown(() => site.stop())
  const login = await engineWith(t, {
    seen: `steps:
  - open: '{login}'
  - fill: name=user
    with: '{username}'
  - fill: name=pw
    with: '{password}'
  - code: name=code
    image: id=i
  - click: text=Go
  - expect: { signed-in: text=Welcome, wrong-captcha: text=Code wrong }
`,
  })
  let asked = 0
  const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'correct horse', adapter: 'seen', ask: async () => `answer ${++asked}` })
  t.match(outcome, { ok: true, evidence: ['text=Welcome is there'] })
  t.equal(wanted, 2)
})
