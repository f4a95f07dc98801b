import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { importScript, readSteps, stepsFile } from '../../adapters/index.ts'
import { signIn, siteFor, startEngine } from '../login/engine-for-test.ts'
import { formOf, seeOther, serve } from '../sites/serve.ts'

/** The examples of docs/adapters.md by the file names they stand under. */
async function examples(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(new URL('../../docs/adapters.md', import.meta.url), 'utf8')
  return new Map([...text.matchAll(/^```\w+ example=(\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', body = '']) => [name, body]))
}

/** The ACME of the examples. */
function startAcme() {
  const logon = (message: string) =>
    `<title>Logon</title><p>${message}</p><form id=logon method=post action=/logon><select id=company name=company><option value=north>North<option value=south>South</select><input name=user><input type=password name=pass><button>Log in</button></form>`
  return serve((request) => {
    const isIn = request.cookies.ACMESESSION === '1'
    switch (`${request.method} ${request.path}`) {
      case 'POST /logon': {
        const form = formOf(request)
        const isRight = form.get('company') === 'south' && form.get('user') === 'ann' && form.get('pass') === 'correct horse'
        return isRight ? seeOther('/home', ['ACMESESSION=1; Path=/']) : { status: 401, body: logon('This user is not known') }
      }
      case 'GET /logoff':
        return seeOther('/logon', ['ACMESESSION=; Path=/; Max-Age=0'])
      case 'GET /home':
        return isIn ? { body: '<title>Home</title><a href=/logoff>Log out</a>' } : seeOther('/logon')
      default:
        return { body: logon('') }
    }
  })
}

t.test('every example of the guide works as it stands there', async (t) => {
  const found = await examples()
  t.same([...found.keys()], ['acme.steps.yaml', 'script.json', 'acme.ts'])
  t.ok((found.get('acme.ts') ?? '').split('\n').length < 30 + 4, 'a program of under 30 lines, beside its imports')
  const adaptersFolder = t.testdir()
  await writeFile(join(adaptersFolder, 'acme.ts'), found.get('acme.ts') ?? '')
  await writeFile(join(adaptersFolder, 'steps.steps.yaml'), (found.get('acme.steps.yaml') ?? '').replace('name: acme', 'name: steps'))
  const imported = importScript('script.json', JSON.parse(found.get('script.json') ?? ''))
  t.same(imported.notes, [])
  const company = { open: '{login}' }
  await writeFile(join(adaptersFolder, 'imported.steps.yaml'), stepsFile('imported', 'Imported', { ...imported, steps: [company, ...imported.steps] }))
  t.match(readSteps(join(adaptersFolder, 'imported.steps.yaml')), { facts: { name: 'imported' } })

  const site = await startAcme()
  t.teardown(() => site.stop())
  const login = await startEngine(t, { adaptersFolder })
  const visit = { url: `${site.origin}/logon`, username: 'ann', password: 'correct horse' }
  for (const adapter of ['acme', 'steps']) {
    const settings = { company: 'south' }
    const outcome = await signIn(login, { ...visit, adapter, settings })
    t.match(outcome, { ok: true, landingUrl: `${site.origin}/home` }, adapter)
    t.match(await signIn(login, { ...visit, adapter, settings, password: 'wrong' }), { ok: false, kind: 'wrong-password' })
    t.match(await signIn(login, { ...visit, adapter }), { ok: false, kind: 'form-not-found', seen: [/setting `company`/] })
    if (!outcome.ok) continue
    const state = { site: { ...siteFor({ ...visit, adapter, settings }), settings }, cookies: outcome.cookies, headers: outcome.headers }
    t.equal(await login.isSignedIn(state), true)
    const facts = { url: new URL('/x', site.url), method: 'GET', status: 302, contentType: '', removedCookies: [], location: new URL('/logon', site.url) }
    t.equal(login.looksSignedOut(state.site, facts), true)
    t.equal(login.looksSignedOut(state.site, { ...facts, location: new URL('/other', site.url) }), false)
    t.equal(await login.signOut(state), true)
  }
  t.match(await signIn(login, { ...visit, adapter: 'imported', username: 'ann' }), { ok: false, kind: 'wrong-password' }, 'the script knows no company')
})
