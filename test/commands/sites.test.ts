import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

t.test('a site from its address to a first sign-in, its declaration edited, a failure explained', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  const site = await startRotatingSite({ username: 'ann', password: 'c0rrect horse' })
  t.teardown(() => site.stop())
  await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'portal password\n')
  await cli.serve()

  t.match(await cli.run(['site', 'add', site.url, '--username', 'ann', '--yes']), { status: 2, stderr: /--user NAME/ })
  const added = await cli.run(['site', 'add', site.url, '--id', 'shop', '--yes', '--user', 'ann', '--username', 'ann', '--password-stdin'], 'c0rrect horse')
  t.match(
    added.stderr,
    /a sign-in form at \/login: [\s\S]*secrets will go to http:\/\/127\.0\.0\.1:\d+ and nowhere else/,
    'what was found is told, asked or not',
  )
  t.match(added, { status: 0, stdout: /Success is told by the text "Log out", or the path \/home and the cookie sid/ })
  t.same(site.book.outcomes, ['signed-in'], 'one sign-in, and no wrong password unasked')

  const file = join(folder, 'data', 'sites', 'shop.yaml')
  const shown = await cli.run(['site', 'show', 'shop', '--yaml'])
  t.equal(shown.stdout, await readFile(file, 'utf8'))
  await writeFile(file, shown.stdout.replace('user: username', 'usr: username'))
  const mistake = await cli.run(['site', 'reload'])
  t.match(mistake, { status: 1, stderr: /shop\.yaml:\d+: settings\.fields\.usr: is not a known key; the nearest is `user`/ })
  await writeFile(file, shown.stdout.replace('origins:', 'origins:\n  - https://evil.example'))
  t.match(await cli.run(['site', 'reload']), { status: 1, stderr: /secrets may go to https:\/\/evil\.example too/ })
  await writeFile(file, shown.stdout)

  const editor = join(folder, 'editor.sh')
  await writeFile(editor, '#!/bin/sh\nsed -i.bak \'s/delivery: attach/delivery: handoff/\' "$1" && rm -f "$1.bak"\n', { mode: 0o755 })
  t.match(await cli.run(['site', 'edit', 'shop'], '', { EDITOR: editor }), { status: 0, stdout: /taken over/ })
  t.match(await cli.json(['site', 'list']), [{ id: 'shop', delivery: 'handoff', declared: 'same' }])

  await cli.run(['account', 'add', 'shop', '--user', 'ann', '--username', 'ann', '--name', 'second', '--password-stdin'], 'n0t the right one')
  t.match(await cli.run(['login', 'second']), { status: 1, stderr: /account add shop --name second --replace.*account confirm second/ }, 'what to do next')
  const explained = await cli.run(['explain', 'second'])
  t.match(explained, { status: 0, stdout: /wrong-password[\s\S]*had been sent[\s\S]*answered 401[\s\S]*password \(password\)[\s\S]*Invalid credentials/ })
  t.match(explained.stderr, /account confirm/)
  for (const { stdout, stderr } of [added, explained]) t.notMatch(stdout + stderr, /c0rrect horse|n0t the right one/)
})
