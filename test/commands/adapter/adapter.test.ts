import t from 'tap'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import { commandLine } from '../command-line.ts'

t.test('a new adapter signs in at the recorded site that goes with it, as a program and as steps', async (t) => {
  const folder = t.testdir()
  const { run, json } = commandLine(t, folder)
  t.match(await json<object>(['adapter', 'new', 'acme']), { files: ['acme.ts', 'acme.test.ts', 'acme.fixture.json'] })
  t.equal((await run(['adapter', 'new', 'plain', '--steps'])).status, 0)
  const outcome = await run(['adapter', 'test', 'acme.ts'])
  t.match(outcome, { status: 0, stderr: /^$/, stdout: /form sent[\s\S]*the cookie sid was set[\s\S]*Signed in with acme/ })
  t.match(await run(['adapter', 'test', 'plain.steps.yaml']), { status: 0, stdout: /Signed in with plain/ })

  t.match(await run(['adapter', 'new', 'acme']), { status: 2, stderr: /acme\.ts is there already/ }, 'what is there is not written over')
})

t.test('an imported script signs in at a live site, and the password is in nothing that is printed', async (t) => {
  const site = await startRotatingSite({ username: 'ann', password: 'canary-5c1e' })
  t.teardown(() => site.stop())
  const script = [
    { step: 1, command: 'type', target: 'name=username', value: '{USERNAME}' },
    { step: 2, command: 'type', target: 'name=password', value: '{SECRET}' },
    { step: 3, command: 'click', target: 'xpath=//form//*[@type="submit" or self::button]', value: '' },
    { step: 4, command: 'select_frame', target: 'index=-1', value: '' },
  ]
  const folder = t.testdir({ 'script.json': JSON.stringify(script) })
  const { run } = commandLine(t, folder)
  const imported = await run(['adapter', 'import', 'script.json', '--name', 'erp'])
  t.match(imported, { status: 0, stdout: /Wrote erp\.steps\.yaml: 3 steps/, stderr: /Not taken over: step 4/ })
  const at = ['adapter', 'test', 'erp.steps.yaml', '--url', site.url, '--username', 'ann', '--password-stdin']
  const right = await run(at, 'canary-5c1e')
  t.match(right, { status: 0, stdout: /Signed in with erp/ })
  const wrong = await run(at, 'canary-wrong')
  t.match(wrong, { status: 1, stdout: /Failed: wrong-password/ })
  t.notMatch(JSON.stringify([right, wrong]), 'canary')
})

t.test('the list names where each adapter comes from', async (t) => {
  const steps = 'name: plain\napi: 1\ndescription: x\nsteps: [{ open: / }]\n'
  const { run, json } = commandLine(t, t.testdir({ 'relay.yaml': 'adapters:\n  folder: ./own\n', own: { 'plain.steps.yaml': steps } }))
  await run(['init', '--user', 'ann', '--password-stdin'], 'a long pass phrase')
  const adapters = await json<{ name: string }[]>(['adapter', 'list'])
  t.match(
    adapters.find(({ name }) => name === 'form'),
    { from: 'built in' },
  )
  t.match(adapters.at(-1), { name: 'plain', from: 'plain.steps.yaml' })
})
