import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startCaptchaSite } from '../../sites/captcha-site.ts'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import { serve } from '../../sites/serve.ts'
import { signIn, startEngine } from '../engine-for-test.ts'

type T = Parameters<typeof startEngine>[0]

const rest = `isSignedIn: async () => true, signOut: async () => false`
const kit = `import { defineAdapter, SignInFailure } from 'login-relay/adapters'\nimport { z } from 'zod'\n`

/** A folder of adapter files that goes with the test. */
async function folderOf(t: T, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = t.testdir()
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

t.test('an adapter of one’s own, in TypeScript, signs in with the kit imported by its name', async (t) => {
  const site = await startRotatingSite()
  t.teardown(() => site.stop())
  const adaptersFolder = await folderOf(t, {
    'acme.ts': `${kit}
const settings = z.strictObject({ field: z.string() })
export default defineAdapter<z.infer<typeof settings>>({
  name: 'acme', api: 1, description: 'A site of one kind', settings, ${rest},
  async signIn({ browser, site, settings, username, secrets, step }) {
    const page = await browser.open(site.loginUrl)
    const [form] = page.forms
    if (form === undefined || secrets.password === undefined) throw new SignInFailure('form-not-found', ['no form'])
    const answer = await form.fill('username', username).fill(settings.field, secrets.password).submit()
    step('send', 'sent by acme')
    return { landingUrl: answer.url, evidence: ['by acme'] }
  },
})`,
    'notes.md': 'not an adapter',
    '_shared.ts': 'throw new Error("not an adapter either")',
  })
  const login = await startEngine(t, { adaptersFolder })
  t.match(login.adapters.at(-1), { name: 'acme', description: 'A site of one kind' })
  const visit = { url: site.url, username: 'ann', password: 'correct horse', adapter: 'acme' }
  const outcome = await signIn(login, { ...visit, settings: { field: 'password' } })
  t.match(outcome, { ok: true, evidence: ['by acme'] })
  t.match(outcome.steps, [{ text: 'sent by acme' }, {}, {}])
  t.match(await signIn(login, visit), { ok: false, seen: [/setting `field`/] }, 'its settings are checked by its own schema')
})

const unfit: Readonly<Record<string, readonly [text: string, problem: RegExp]>> = {
  'no default export': ['export const adapter = 1', /broken\.ts cannot be used: it has no default export/],
  'something else': ['export default 7', /not made by defineAdapter/],
  'an older kind': [`export default { name: 'x', api: 0 }`, /it needs version 0 of the adapter API, and this relay knows 1: it is too old/],
  'no version of the API': [`export default { name: 'x' }`, /api must be 1/],
  'a missing hook': [`${kit}export default defineAdapter({ name: 'x', api: 1, description: 'x', settings: z.strictObject({}) })`, /signIn must be a function/],
  'a syntax error': ['export default {', /it cannot be loaded/],
  'an error of its own': ['throw new Error("no luck")', /it cannot be loaded: no luck/],
  'an import that is not there': ['import "nonesuch-package"', /it cannot be loaded: .*nonesuch-package/],
  'the name of a built-in one': [
    `${kit}export default defineAdapter({ name: 'form', api: 1, description: 'x', settings: z.any(), signIn: async () => ({ evidence: [] }), ${rest} })`,
    /another adapter is called form/,
  ],
}

for (const [title, [text, problem]] of Object.entries(unfit)) {
  t.test(`a file with ${title} stops the start, with its name and what is wrong`, async (t) => {
    const adaptersFolder = await folderOf(t, { 'broken.ts': text })
    await t.rejects(startEngine(t, { adaptersFolder }), { code: 'adapter_unfit', message: problem })
  })
}

t.test('two files with one name are refused, and so is a folder that is not there', async (t) => {
  const one = `${kit}export default defineAdapter({ name: 'x', api: 1, description: 'x', settings: z.any(), signIn: async () => ({ evidence: [] }), ${rest} })`
  await t.rejects(startEngine(t, { adaptersFolder: await folderOf(t, { 'a.ts': one, 'b.mjs': one }) }), {
    message: /b\.mjs cannot be used: another adapter is called x/,
  })
  await t.rejects(startEngine(t, { adaptersFolder: join(t.testdirName, 'nonesuch') }), { code: 'adapter_unfit', message: /folder cannot be read/ })
})

t.test('an adapter that fails in its own way becomes an outcome, and its secrets stay handles', async (t) => {
  const site = await startCaptchaSite()
  t.teardown(() => site.stop())
  const adapter = (name: string, body: string) =>
    `${kit}export default defineAdapter({ name: '${name}', api: 1, description: 'x', settings: z.any(), ${rest}, async signIn({ browser, site, secrets, step, nextAttempt, captchaTries }) { ${body} } })`
  const adaptersFolder = await folderOf(t, {
    'a.ts': adapter('throws', 'throw new TypeError("undefined is not a page")'),
    'b.ts': adapter('lies', 'return { evidence: [] }'),
    'c.ts': adapter('hangs', 'await new Promise(() => {})'),
    'd.ts': adapter('prints', 'step("page", secrets.password + JSON.stringify(secrets)); return { evidence: [String(secrets.password)] }'),
    'e.ts': adapter('wanders', 'await browser.open("http://127.0.0.1:1/"); return { evidence: ["x"] }'),
    'f.ts': adapter('lands-elsewhere', 'return { evidence: ["x"], landingUrl: new URL("https://elsewhere.test/") }'),
  })
  const login = await startEngine(t, { adaptersFolder, settings: { timeoutSeconds: 3 } })
  const at = (name: string) => signIn(login, { url: site.url, username: 'ann', password: 'canary-password', adapter: name })
  t.match(await at('throws'), { ok: false, kind: 'unknown', cause: { name: 'TypeError' } })
  t.match(await at('lies'), { ok: false, kind: 'unknown', seen: [/no evidence/] })
  t.match(await at('hangs'), { ok: false, kind: 'site-down', seen: [/time limit/] })
  const printed = await at('prints')
  t.match(printed, { ok: true, evidence: ['[secret]'] })
  t.notMatch(JSON.stringify(printed), 'canary-password')
  t.match(await at('wanders'), { ok: false, kind: 'unknown', seen: [/not an address of the site/] })
  t.match(await at('lands-elsewhere'), { ok: true, landingUrl: `${site.origin}/` })
})

t.test('an installed package is an adapter, and one for another version of the API, or in CommonJS, is refused with what to do about it', async (t) => {
  const main = (api: number) =>
    `import { defineAdapter } from 'login-relay/adapters'\nimport { z } from 'zod'\nimport { words } from 'some-library'
export default defineAdapter({ name: 'acme', api: ${api}, description: words, settings: z.strictObject({}), signIn: async () => ({ evidence: [words] }), ${rest} })`
  const folderWith = (files: Readonly<Record<string, string>>) => ({
    node_modules: {
      '@acme': { 'login-relay-adapter-acme': { ...files } },
      'some-library': { 'package.json': '{"type":"module","exports":"./index.js"}', 'index.js': 'export const words = "from a package"' },
      'another-package': {},
    },
  })
  const folder = t.testdir({
    good: folderWith({
      'package.json': JSON.stringify({ type: 'module', exports: { '.': { types: './main.d.ts', import: './main.js' } } }),
      'main.js': main(1),
    }),
    newer: folderWith({ 'package.json': '{"type":"module","main":"main.js"}', 'main.js': main(2) }),
    older: folderWith({ 'package.json': '{"type":"module","main":"main.js"}', 'main.js': main(0) }),
    commonjs: folderWith({ 'package.json': '{"main":"main.js"}', 'main.js': 'module.exports = require("node:fs")' }),
    empty: folderWith({}),
  })
  const login = await startEngine(t, { adaptersFolder: join(folder, 'good') })
  t.match(login.adapters.at(-1), { name: 'acme', description: 'from a package', from: '@acme/login-relay-adapter-acme' })
  for (const [name, message] of [
    ['newer', /login-relay-adapter-acme cannot be used: .*it needs version 2 of the adapter API, and this relay knows 1/],
    ['older', /login-relay-adapter-acme cannot be used: .*it needs version 0 of the adapter API, and this relay knows 1/],
    ['commonjs', /login-relay-adapter-acme cannot be used: it cannot be loaded/],
    ['empty', /its package\.json cannot be read/],
  ] as const) {
    const next = new RegExp(`^Update login-relay, or install .*\`npm install --prefix ${join(folder, name)} @acme/login-relay-adapter-acme@VERSION`)
    await t.rejects(startEngine(t, { adaptersFolder: join(folder, name) }), { code: 'adapter_package_unfit', message, next }, name)
  }
})

t.test('an adapter of one’s own sends what is made of a secret, and never learns it', async (t) => {
  const sent: string[] = []
  const site = await serve(({ method, body }) => {
    if (method === 'POST') sent.push(body.toString())
    return { body: '<form method=post><input name=p></form>' }
  })
  t.teardown(() => site.stop())
  const adaptersFolder = await folderOf(t, {
    'hashes.ts': `import { defineAdapter, transform } from 'login-relay/adapters'
import { z } from 'zod'
export default defineAdapter({ name: 'hashes', api: 1, description: 'x', settings: z.any(), ${rest},
  async signIn({ browser, site, secrets }) {
    const page = await browser.open(site.loginUrl)
    await page.forms[0].fill('p', transform('md5(password + salt)', { password: secrets.password, salt: 'pepper' })).submit()
    return { evidence: ['sent'] }
  } })`,
  })
  const login = await startEngine(t, { adaptersFolder })
  t.match(await signIn(login, { url: site.url, username: 'ann', password: 'correct horse', adapter: 'hashes' }), { ok: true })
  t.same(sent, [`p=${createHash('md5').update('correct horsepepper').digest('hex')}`])
})
