import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { type Person, trustIn } from '../../../relay/commands/adapter/record/person.ts'
import { recordSignIn } from '../../../relay/commands/adapter/record/record.ts'
import { watchGestures } from '../../../relay/commands/adapter/record/recording.ts'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import { formsIn, newCanary } from '../../laws/canary.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { type Answer, type BusinessSite, formOf, type SiteOptions, seeOther, serve } from '../../sites/serve.ts'
import { commandLine } from '../command-line.ts'

const skip = findChromium() === undefined ? wantedChromium : false
const canary = newCanary()
const password = canary.value
const username = 'ann.miller@example.com'
const mistyped = 'not my password at all'
const secrets = ['secretcookie', 'secretquery', 'secretcsrf', 'secretscript', 'secretsession', 'secretlogout', 'ann.miller', 'balance', mistyped]

const loginForm = '<form method=post><input id=user name=u><input name=pw type=password><button>Enter</button></form>'

/** A site with a value of every kind that must not be kept. */
function startSite(options: SiteOptions = {}) {
  return serve((request) => {
    switch (`${request.method} ${request.path.split('?')[0]}`) {
      case 'GET /login':
        return {
          headers: { 'set-cookie': 'pre=secretcookie123456; Path=/' },
          body: '<title>Sign in</title><form method=post action="/login?key=secretquery98765"><input type=hidden name=csrf value=secretcsrf123456><input id=user name=u><input name=pw type=password><button>Enter</button></form><script>const token = "secretscript12345"</script>',
        }
      case 'POST /login': {
        const form = formOf(request)
        if (form.get('pw') !== password || form.get('u') !== username)
          return {
            status: 401,
            body: `<p>No, not ${form.get('pw')}<form method=post><input id=user name=u><input name=pw type=password><button>Enter</button></form>`,
          }
        return seeOther(`/home?sid=secretsession12345&pw=${encodeURIComponent(password)}`, ['sid=secretsession12345; Path=/; HttpOnly'])
      }
      default:
        return {
          body: `<title>Home</title><p>Dear ${username}, your password is ${password}, your balance 12,345</p><a href="/logout?t=secretlogout1234567">Log out</a>`,
        }
    }
  }, options)
}

/** Types a password that is wrong, then the right one. */
async function signIn(page: Page): Promise<void> {
  await page.locator('#user').pressSequentially(username)
  await page.locator('[name=pw]').pressSequentially(mistyped)
  await page.locator('button').click()
  await page.getByText('No, not').waitFor()
  await fillIn(page)
}

async function fillIn(page: Page): Promise<void> {
  await page.locator('#user').pressSequentially(username)
  await page.locator('[name=pw]').pressSequentially(password)
  await page.locator('button').click()
  await page.waitForURL('**/home*')
}

/** The person of a test, in a window that nobody sees. */
const inHiddenWindow =
  (act: (page: Page) => Promise<void>): Person =>
  async (url, { proxy, username: user, password: token, keyHash }) => {
    const browser = await launchChromium({ proxy: { server: `http://${proxy}`, username: user, password: token }, args: trustIn(keyHash) })
    try {
      const context = await browser.newContext()
      const gestures = await watchGestures(context)
      const page = await context.newPage()
      await page.goto(url)
      await act(page)
      return gestures
    } finally {
      await browser.close()
    }
  }

async function isDraft(t: Test, folder: string): Promise<void> {
  const [steps, fixture] = await Promise.all(['erp.steps.yaml', 'erp.fixture.json'].map((file) => readFile(join(folder, file), 'utf8')))
  t.same(formsIn([canary], Buffer.from(`${steps}${fixture}`)), [], 'the password is nowhere')
  for (const found of secrets) t.notMatch(`${steps}${fixture}`, found)
  t.match(steps, 'fill: id=user\n    with: "{username}"')
  t.match(fixture, 'Log out')
  t.match(
    await commandLine(t, folder).run(['adapter', 'test', 'erp.steps.yaml']),
    { status: 0, stdout: /Signed in with erp/ },
    'and it signs in at the recorded site',
  )
}

t.test('a manual sign-in in a window becomes steps and a recorded site, by a proxy that the site need not know of', { skip }, async (t) => {
  const authority = await createTestAuthority()
  const site = await startSite({ tls: await authority.issue('127.0.0.1') })
  t.teardown(() => site.stop())
  const folder = t.testdir()
  await writeFile(join(folder, 'own-ca.pem'), authority.cert)
  const files = await recordSignIn(site.url, { name: 'erp', folder, caFile: join(folder, 'own-ca.pem') }, inHiddenWindow(signIn))
  t.same(files, [join(folder, 'erp.steps.yaml'), join(folder, 'erp.fixture.json')])
  t.ok(
    site.requests.filter(({ method }) => method === 'POST').every(({ headers }) => headers.via?.includes('login-relay')),
    'what was sent came through the relay',
  )
  await isDraft(t, folder)
})

t.test('so does one in a browser of the person’s own, of which nothing is known but what it sent', { skip }, async (t) => {
  const site = await startSite()
  t.teardown(() => site.stop())
  const folder = t.testdir()
  const { child, until } = commandLine(t, folder).begin(['adapter', 'record', site.url, '--name', 'erp', '--no-browser'])
  const [, proxy, user, token] = await until(/through the proxy (\S+), user name (\S+), password (\S+)\. It reads/)
  await until(/press Enter here/)
  const browser = await launchChromium({ proxy: { server: `http://${proxy}`, username: user ?? '', password: token ?? '' } })
  t.teardown(() => browser.close())
  const page = await browser.newPage()
  await page.goto(site.url)
  await signIn(page)
  child.stdin?.write('\n')
  t.same(await once(child, 'exit'), [0, null])
  await isDraft(t, folder)
})

t.test('and one that leads over another origin and back', { skip }, async (t) => {
  const provider = await serve((request): Answer => {
    const form = formOf(request)
    const isRight = form.get('pw') === password && form.get('u') === username
    return isRight ? seeOther(`${application.origin}/back?ticket=secretticket1234567`, ['sso=secretsso123456; Path=/']) : { body: loginForm }
  })
  const application: BusinessSite = await serve(({ path }): Answer => {
    if (path.startsWith('/back')) return seeOther('/home', ['sid=secretsession12345; Path=/; HttpOnly'])
    return path === '/home' ? { body: '<title>Home</title><p>balance<a href="/logout">Log out</a>' } : seeOther(`${provider.origin}/sso?for=app`)
  })
  t.teardown(() => Promise.all([provider.stop(), application.stop()]))
  const folder = t.testdir()
  await recordSignIn(application.url, { name: 'erp', folder }, inHiddenWindow(fillIn))
  await isDraft(t, folder)
})

t.test('where nothing is sent, nothing is written', async (t) => {
  const site = await startSite()
  t.teardown(() => site.stop())
  await t.rejects(
    recordSignIn(site.url, { name: 'erp', folder: t.testdir() }, async () => undefined),
    { code: 'usage', message: /No password was typed/ },
  )
})
