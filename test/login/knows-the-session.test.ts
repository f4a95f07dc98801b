import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Login } from '../../relay/login/index.ts'
import { type Answer, seeOther, serve } from '../sites/serve.ts'
import { tempFolder } from '../temp-folder.ts'
import { siteFor, startEngine } from './engine-for-test.ts'

const signInForm = '<form method="post" action="/login"><input name="user"><input type="password" name="pass"></form>'
const home = '<h1>Home</h1>'
const steps = `name: steps
api: 1
description: x
steps:
  - fill: name=user
    with: '{username}'
  - fill: name=pass
    with: '{password}'
  - expect:
      signed-in: text=Sign out
`

interface Asked {
  readonly title: string
  readonly adapters: readonly string[]
  /** What `/home` answers. `/login` is a sign-in form, and what else there is asks for nothing. */
  readonly answer: Answer
  readonly loginPath?: string
  readonly expected: boolean | 'not told'
}

const pages = ['form', 'steps']
const all = [...pages, 'json']
const table: readonly Asked[] = [
  { title: 'its 401', adapters: [...all, 'basic'], answer: { status: 401 }, expected: false },
  { title: 'the way back to its form', adapters: pages, answer: seeOther('/login'), expected: false },
  { title: 'its form in place of the page', adapters: pages, answer: { body: signInForm }, expected: false },
  { title: 'its form with a 403', adapters: pages, answer: { status: 403, body: signInForm }, expected: false },
  { title: 'a code 401 of its own', adapters: ['json'], answer: { body: '{"code":401}' }, expected: false },
  { title: 'a page that asks for nothing', adapters: all, answer: { body: home }, expected: true },
  { title: 'a way to sign out', adapters: pages, answer: { status: 403, body: '<a href="/logout">Sign out</a>' }, expected: true },
  ...[403, 404, 429].map((status): Asked => ({ title: `a ${status}`, adapters: all, answer: { status, body: home }, expected: 'not told' })),
  { title: 'a code 403 of its own', adapters: ['json'], answer: { body: '{"code":403}' }, expected: 'not told' },
  { title: 'a 503', adapters: [...all, 'basic'], answer: { status: 503, body: signInForm }, expected: 'not told' },
  { title: 'home, at the address where one signs in', adapters: pages, answer: { body: home }, loginPath: '/home', expected: 'not told' },
  { title: 'the way to a home at that address', adapters: all, answer: seeOther('/begin'), loginPath: '/begin', expected: 'not told' },
]

async function ask(login: Login, origin: string, adapter: string, loginPath: string): Promise<boolean | string> {
  const settings = adapter === 'json' ? { url: '/api/login', check: '/home' } : {}
  const site = siteFor({ url: `${origin}${loginPath}`, adapter, settings, landingUrl: `${origin}/home` })
  return login.isSignedIn({ site, cookies: '[]', headers: [] }).catch((error: { code?: string }) => (error.code === 'site_down' ? 'not told' : String(error)))
}

t.test('a site knows a session no longer only where it shows that; what tells nothing is told from it', async (t) => {
  const adaptersFolder = await tempFolder(t)
  await writeFile(join(adaptersFolder, 'steps.steps.yaml'), steps)
  const login = await startEngine(t, { adaptersFolder })
  let present: Answer = {}
  const site = await serve(({ path }) => {
    if (path === '/home') return present
    return { body: path === '/login' ? signInForm : home }
  })
  t.teardown(() => site.stop())
  for (const { title, adapters, answer, loginPath = '/login', expected } of table) {
    present = answer
    for (const adapter of adapters) t.equal(await ask(login, site.origin, adapter, loginPath), expected, `${adapter}: ${title}`)
  }
})
