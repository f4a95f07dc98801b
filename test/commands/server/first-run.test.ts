import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { Visitor } from '../../portal/visitor.ts'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

const link = /(http:\/\/localhost:\d+)(\/invite\/li_\S+)/

t.test('a relay with nobody in it prints at each start another link for the first person, on standard error, until there is one', async (t) => {
  const cli = commandLine(t, await tempFolder(t))
  t.match(await cli.run(['init', '--password-stdin'], 'a password of nobody\n'), { status: 2, stderr: /--user/ })
  t.match(await cli.run(['init']), { status: 0, stdout: /First user +nobody yet: `login-relay serve` prints a link/ })

  const first = cli.begin(['serve'])
  const [, , before = ''] = await first.until(link)
  first.child.kill('SIGTERM')
  await once(first.child, 'exit')

  const second = cli.begin(['serve'])
  const [, portal = '', path = ''] = await second.until(link)
  const browser = new Visitor(portal)
  t.equal((await browser.get(before)).status, 410, 'the link of the start before is worth nothing')
  await browser.get(path)
  const password = 'three odd herons wade'
  t.equal((await browser.post(path, { name: 'ann', password, again: password })).location, '/set-up?done=first-person')
  second.child.kill('SIGTERM')
  await once(second.child, 'exit')

  const { child } = await cli.serve()
  child.kill('SIGTERM')
  t.notMatch(await text(child.stderr as NonNullable<typeof child.stderr>), /invite/)
  t.match(await cli.json(['user', 'list']), [{ name: 'ann', role: 'admin' }])
})

t.test('a configuration that somebody has written first is the one of the relay, and no other is written beside it', async (t) => {
  const folder = await tempFolder(t)
  const mine = '# mine\ndata: ./kept-here\n'
  await writeFile(join(folder, 'relay.yaml'), mine)
  const { status, stdout } = await commandLine(t, folder).run(['init'])
  t.equal(status, 0)
  t.match(stdout, `Configuration   ${join(folder, 'relay.yaml')}\n`)
  t.match(stdout, /Next: `login-relay serve`/)
  t.equal(await readFile(join(folder, 'relay.yaml'), 'utf8'), mine)
  t.notOk((await readdir(join(folder, 'kept-here'))).includes('relay.yaml'))
})
