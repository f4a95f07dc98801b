import t from 'tap'
import { setUpAuthenticator } from '../portal/sign-in/set-up-authenticator.ts'
import { Visitor } from '../portal/visitor.ts'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

t.test('user reset-second-factor lets in who has lost the phone, and says when there was nothing to reset', async (t) => {
  const { run, serve } = commandLine(t, await tempFolder(t))
  const password = 'a long enough password'
  await run(['init', '--user', 'ann', '--password-stdin'], `${password}\n`)
  const { portal } = await serve()
  const browser = new Visitor(portal)
  await browser.signIn('ann', password)
  await setUpAuthenticator(browser)
  t.match((await new Visitor(portal).signIn('ann', password)).location, '/sign-in/code')
  const reset = await run(['user', 'reset-second-factor', 'ann'])
  t.equal(reset.status, 0, reset.stderr)
  t.match(reset.stdout, /of ann are gone. The password is all it takes now/)
  t.equal((await new Visitor(portal).signIn('ann', password)).location, '/')
  const again = await run(['user', 'reset-second-factor', 'ann'])
  t.equal(again.status, 1)
  t.match(again.stderr, /second factor/)
  t.match((await run(['user', 'reset-second-factor', 'nobody'])).stderr, /user nobody/)
})
