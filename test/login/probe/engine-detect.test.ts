import t, { type Test } from 'tap'
import type { Login, ProbeReport } from '../../../relay/login/index.ts'
import { serve } from '../../sites/serve.ts'
import { startEngine } from '../engine-for-test.ts'

// Known products: an adapter of one's own, in its own process, says whether a page is one of its product's.

const rest = `settings: z.strictObject({}), signIn: async () => ({ evidence: ['x'] }), isSignedIn: async () => true, signOut: async () => false`
const adapter = (name: string, detect: string, more = '') => `import { defineAdapter } from 'login-relay/adapters'
import { z } from 'zod'
export default defineAdapter({ name: '${name}', api: 1, description: 'x', ${rest}, detect(page) { ${detect} }, ${more} })`

/** By its generator, as products tell it: the number after the name is how sure it is. */
const byGenerator = (name: string) => adapter(name, `return Number(page.query('meta[name=generator]')[0]?.attribute('content')?.split('Acme ')[1] ?? 0)`)

const form = '<form method="post"><input name="user"><input type="password" name="pass"><button>Sign in</button></form>'

const generator = (sure: number) => `<meta name="generator" content="Acme ${sure}">`

async function probed(t: Test, login: Login, head: string): Promise<ProbeReport> {
  const site = await serve(() => ({ body: `<!doctype html>${head}${form}` }))
  t.teardown(() => site.stop())
  return login.probe(new URL(site.url))
}

t.test('adapters of a folder and of npm packages are asked whether they know a page; the surest goes before all others, from half sure on', async (t) => {
  const adaptersFolder = t.testdir({
    'by-generator.ts': byGenerator('by-generator'),
    // It gets the page alone: no browser, no settings, no secret. One that looks, too, says what it sees.
    'looks.ts': adapter(
      'looks',
      `return arguments.length === 2 && arguments[1] instanceof AbortSignal && page.title === 'Acme' ? 0.6 : 0`,
      `async look(page) { return page.title === 'Acme' ? { fits: true, found: ['Acme at ' + page.url.pathname], page } : { fits: false, found: [] } }`,
    ),
    node_modules: {
      'login-relay-adapter-acme': {
        'package.json': '{"type":"module","exports":"./index.js"}',
        'index.js': adapter('packaged', `return new Promise((resolve) => setTimeout(resolve, 5, page.body.includes('acme.js') ? 0.9 : 0))`),
      },
    },
  })
  const login = await startEngine(t, { adaptersFolder })
  t.equal((await probed(t, login, '')).adapter, 'form', 'nobody knows it')
  t.equal((await probed(t, login, generator(0.4))).adapter, 'form', 'nobody is sure')
  t.match(await probed(t, login, generator(0.7)), { ok: true, adapter: 'by-generator', found: [/one that the adapter by-generator knows/] })
  t.equal((await probed(t, login, `${generator(0.7)}<script src="/acme.js"></script>`)).adapter, 'packaged')
  t.match(await probed(t, login, '<title>Acme</title>'), { ok: true, adapter: 'looks', found: [/Acme at \/login/] })
})

t.test('one that fails, answers nonsense or never ends says nothing, and the others are heard', async (t) => {
  const odd = `if (page.body.includes('throw')) throw new Error('no luck'); return page.body.includes('seven') ? 7 : page.body.includes('yes') ? 'yes' : 0`
  const adaptersFolder = t.testdir({
    'good.ts': byGenerator('good'),
    'loops.ts': adapter('loops', `while (page.body.includes('for ever'));`),
    'odd.ts': adapter('odd', odd),
  })
  const login = await startEngine(t, { adaptersFolder, isolation: { megabytes: 256, stallSeconds: 1 } })
  for (const said of ['throw', 'seven', 'yes', 'for ever']) t.equal((await probed(t, login, `${generator(0.5)}<p>${said}`)).adapter, 'good', said)
})
