import t from 'tap'
import { startLendingHouse } from '../control/grants/lending-house.ts'
import { commandLine } from './command-line.ts'

t.test('accounts are lent, asked for and explained by the command line', async (t) => {
  const house = await startLendingHouse(t)
  const line = commandLine(t, house.folder)
  const run = async (...words: string[]) => {
    const { status, stdout, stderr } = await line.run([...words, '--data', house.folder])
    return { status, text: stdout + stderr }
  }
  await house.grants.groups.add('accounting')
  t.match(await run('group', 'join', 'accounting', 'bob'), { status: 0, text: /^accounting: bob\.\n/ })
  const terms = ['--hours', '2', '--network', '192.0.2.0/24', '--network', '127.0.0.0/8', '--read-only', '--days', 'mon,tue,wed,thu,fri,sat,sun', '--approval']
  t.match(await run('grant', 'add', 'erp', '--user', 'ann', '--to-group', 'accounting', ...terms), {
    status: 0,
    text: /^ann\/erp is lent to group accounting until .* UTC\./,
  })
  t.match(await run('grant', 'list'), {
    status: 0,
    text: /ann\/erp +group accounting +.*until [^;]* UTC; on mon, .*; from the networks 192\.0\.2\.0\/24, 127\.0\.0\.0\/8; for reading alone; with a yes each time, from the owner +lent/,
  })
  t.match(await run('group', 'rename', 'accounting', 'bookkeeping'), { status: 0, text: /^The group accounting is bookkeeping now\.\n$/ })
  t.match(await run('why', 'bob', 'ann/erp', '--address', '192.0.3.1'), {
    text: /^refused by outside-networks: .*\n(?: {2}192.*\n)? {2}grant .* to group bookkeeping, until [^:]*:.* for reading alone, .*: refused/,
  })
  t.match(await run('why', 'bob', 'ann/erp', '--address', '192.0.2.1', '--at', '2026-01-01T09:00Z'), { text: /^refused by approval-wanted/ })
  const asked = await run('grant', 'request', 'ann/erp', '--user', 'bob', '--why', 'invoices', '--hours', '1')
  t.match(asked, { status: 0, text: /if there is such an account/ })
  const id = asked.text.trim().split(' ').at(-1) ?? ''
  t.match(await run('grant', 'requests'), { text: /bob +ann\/erp +approval/ })
  t.match(await run('grant', 'approve', id), { status: 0, text: /^bob may use ann\/erp until/ })
  const [grant] = house.grants.list({ accountId: house.account.id })
  t.match(await run('grant', 'revoke', grant?.id ?? ''), { status: 0 })
})
