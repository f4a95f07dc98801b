import t from 'tap'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

interface Listed {
  readonly unread: number
  readonly notices: readonly { readonly id: string; readonly kind: string }[]
}

t.test('notice list, read and not-me: what ann was told, and that a device was not hers', async (t) => {
  const { run, json } = commandLine(t, await tempFolder(t))
  await json(['init', '--user', 'ann', '--password-stdin'], 'a portal password\n')
  await json(['device', 'add', 'laptop', '--user', 'ann'])
  const { unread, notices } = await json<Listed>(['notice', 'list', '--user', 'ann'])
  t.equal(unread, 1)
  t.match(notices, [{ kind: 'device-added', title: 'A device was enrolled as yours', device: { name: 'laptop' }, by: { kind: 'local' } }])
  t.match(
    (await run(['notice', 'list', '--user', 'ann', '--unread'])).stdout,
    /^ID +TIME +WHAT .*\n\S+ +.* UTC +A device was enrolled as yours .*laptop .*unread\n$/,
  )
  await json(['device', 'add', 'desk', '--user', 'ann'])
  t.equal((await run(['notice', 'read', notices[0]?.id ?? '', '--user', 'ann'])).stdout, 'Marked 1 as read; 1 is unread.\n')
  t.equal((await run(['notice', 'read', '--user', 'ann'])).stdout, 'Marked 1 as read; 0 are unread.\n')
  t.equal((await run(['notice', 'not-me', notices[0]?.id ?? '', '--user', 'ann'])).stdout, 'The device is revoked.\n')
})
