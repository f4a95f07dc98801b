import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { recordSignIn } from '../../relay/commands/adapter/record.ts'
import { findChromium, launchChromium, wantedChromium } from '../chromium.ts'
import { formsIn, newCanary } from '../laws/canary.ts'
import { formOf, seeOther, serve } from '../sites/serve.ts'
import { commandLine } from './command-line.ts'

const skip = findChromium() === undefined ? wantedChromium : false
const canary = newCanary()
const password = canary.value
const username = 'ann.miller@example.com'

t.test('a manual sign-in becomes steps and a recorded site, and no secret is written', { skip }, async (t) => {
  const site = await serve((request) => {
    switch (`${request.method} ${request.path.split('?')[0]}`) {
      case 'GET /login':
        return {
          headers: { 'set-cookie': 'pre=secretcookie123456; Path=/' },
          body: '<title>Sign in</title><form method=post action="/login?key=secretquery98765"><input type=hidden name=csrf value=secretcsrf123456><input id=user name=u><input name=pw type=password><button>Enter</button></form><script>const token = "secretscript12345"</script>',
        }
      case 'POST /login': {
        const form = formOf(request)
        if (form.get('pw') !== password || form.get('u') !== username) return { status: 401, body: `<p>No, not ${form.get('pw')}` }
        return seeOther(`/home?sid=secretsession12345&pw=${encodeURIComponent(password)}`, ['sid=secretsession12345; Path=/; HttpOnly'])
      }
      default:
        return {
          body: `<title>Home</title><p>Dear ${username}, your password is ${password}, your balance 12,345</p><a href="/logout?t=secretlogout1234567">Log out</a>`,
        }
    }
  })
  t.teardown(() => site.stop())
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const folder = t.testdir()
  const files = await recordSignIn(await browser.newContext(), site.url, { name: 'erp', folder }, async (page) => {
    await page.locator('#user').pressSequentially(username)
    await page.locator('[name=pw]').pressSequentially(password)
    await page.locator('button').click()
    await page.waitForURL('**/home*')
  })
  t.same(files, [join(folder, 'erp.steps.yaml'), join(folder, 'erp.fixture.json')])
  const [steps = '', fixture = ''] = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  t.same(formsIn([canary], Buffer.from(steps + fixture)), [], 'the password is nowhere')
  for (const found of ['secretcookie', 'secretquery', 'secretcsrf', 'secretscript', 'secretsession', 'secretlogout', 'ann.miller', 'balance'])
    t.notMatch(steps + fixture, found)
  t.match(steps, 'fill: id=user\n    with: "{username}"')
  t.match(fixture, 'Log out')
  t.match(
    await commandLine(t, folder).run(['adapter', 'test', 'erp.steps.yaml']),
    { status: 0, stdout: /Signed in with erp/ },
    'and it signs in at the recorded site',
  )
})
