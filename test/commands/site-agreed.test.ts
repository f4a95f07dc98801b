import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { serve } from '../sites/serve.ts'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'
import { noTerminal, onTerminal } from './on-terminal.ts'

t.test('of two declarations that let secrets go further each is asked about alone, and a yes to one is none to the other', { skip: noTerminal }, async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  await cli.run(['init', '--data', './data'])
  await cli.serve()
  for (const id of ['one', 'two']) {
    const site = await startRotatingSite()
    t.teardown(() => site.stop())
    await cli.run(['site', 'add', site.url, '--id', id, '--yes'])
    const file = join(folder, 'data', 'sites', `${id}.yaml`)
    await writeFile(file, (await readFile(file, 'utf8')).replace('origins:', `origins:\n  - https://${id}.example`))
  }
  const { status, shown } = await onTerminal(t, folder, { words: 'site reload', asks: /Is that right\? \[y\/N\] /, answers: ['y', 'n'] })
  t.match(shown, /one\.example[\s\S]*Is that right\?[\s\S]*two\.example[\s\S]*Is that right\?/, 'one after the other')
  t.match(await cli.json(['site', 'list']), [
    { id: 'one', declared: 'same' },
    { id: 'two', declared: 'waits' },
  ])
  t.equal(status, 1, 'one waits')
})

t.test('a site whose first look failed is not enrolled by a second one, of which nothing was shown', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  let requests = 0
  const form = '<!doctype html><form method="post"><input name="username"><input name="password" type="password"><button>Log in</button></form>'
  const site = await serve(() => (++requests === 1 ? { status: 401, body: 'not now' } : { body: form }))
  t.teardown(() => site.stop())
  await cli.run(['init', '--data', './data'])
  const added = await cli.run(['site', 'add', site.url, '--yes'])
  t.equal(added.status, 1)
  t.notMatch(added.stdout, /Enrolled/)
  t.match(added.stderr, /form was found/i)
  t.same(await cli.json(['site', 'list']), [])
})
