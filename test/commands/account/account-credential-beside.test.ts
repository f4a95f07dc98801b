import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startFurtherPagesSite } from '../../sites/further-pages-site.ts'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

t.test('an authenticator key and answers are given beside the password, and a replaced password leaves them', async (t) => {
  const site = await startFurtherPagesSite(['totp', 'question'], { password: 'correct horse' })
  t.teardown(() => site.stop())
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  await cli.json(['init', '--user', 'ann', '--password-stdin'], 'a portal password\n')
  await cli.serve()
  await cli.json(['site', 'add', site.url, '--id', 'erp', '--yes'])
  await writeFile(join(folder, 'answers.yaml'), `${site.question}: ${site.answer}\n`)
  const add = ['account', 'add', 'erp', '--user', 'ann', '--username', 'ann', '--password-stdin']

  const bad = await cli.run([...add, '--totp-stdin', '--json'], 'correct horse\nno key!\n')
  t.match([bad.status, bad.stdout + bad.stderr], [2, /totp_unfit|no key for one-time codes/])
  t.notMatch(bad.stdout + bad.stderr, 'no key!', 'what was given is not repeated')
  t.match(await cli.run([...add, '--totp-stdin', '--json'], 'one line'), { status: 2 })
  await writeFile(join(folder, 'list.yaml'), '- secret words\n')
  const list = await cli.run([...add, '--answers-file', 'list.yaml'], 'correct horse')
  t.match([list.status, list.stderr], [2, /list\.yaml/])
  t.notMatch(list.stderr, 'secret words')

  await cli.json([...add, '--totp-stdin', '--answers-file', 'answers.yaml'], `wrong\n${site.totpSeed.toLowerCase()}\n`)
  await cli.json([...add, '--replace'], 'correct horse\n')
  const { stdout } = await cli.run(['login', 'erp', '--json'])
  t.match(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), { outcome: 'signed-in' })
  t.match(site.given, [/^\d{6}$/, site.answer])
})
