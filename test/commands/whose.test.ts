import t from 'tap'
import { startLendingHouse } from '../control/grants/lending-house.ts'
import { commandLine } from './command-line.ts'

t.test('a person is named to every verb as the relay knows people, in any case, and one who is not there is an error', async (t) => {
  const house = await startLendingHouse(t, { who: ['ann', 'bob'] })
  const line = commandLine(t, house.folder)
  const run = (...words: string[]) => line.run([...words, '--data', house.folder])
  const json = async (...words: string[]) => JSON.parse((await run(...words, '--json')).stdout) as { name?: string; account?: string }[]
  const other = await house.identity.addUser({ name: 'ann/x', password: 'three odd herons wade', role: 'member' })
  const theirs = await house.accounts.addAccount({ owner: other.id, siteId: 'erp', username: 'x', secrets: { password: 'pw' } })
  for (const account of [house.account, theirs]) await house.grants.add(account, { kind: 'user', id: house.people.bob.user.id, name: 'bob' }, {})

  t.match(await json('device', 'list', '--user', 'Ann'), [{ name: 'ann-laptop', user: 'ann' }])
  t.match(await json('account', 'list', '--user', 'ANN'), [{ name: 'erp', owner: 'ann' }])
  const lent = await json('grant', 'list', '--user', 'Ann')
  t.strictSame(
    lent.map(({ account }) => account),
    ['ann/erp'],
    'and nothing of ann/x',
  )
  for (const noun of ['device', 'account', 'grant']) t.match(await run(noun, 'list', '--user', 'anna'), { status: 1, stdout: '', stderr: /user anna/ }, noun)
  t.match(await run('device', 'revoke', 'ann-laptop', '--user', 'anna'), { status: 1, stderr: /user anna/ })
  t.match(await run('device', 'revoke', 'ann-laptop', '--user', 'Ann'), { status: 0 })

  await run('user', 'invite', 'Zoe')
  await run('user', 'invite', 'eve')
  t.match(await json('user', 'invites', '--withdraw', 'zoe'), [{ name: 'eve' }])
  t.match(await run('user', 'invites', '--withdraw', 'zoe'), { status: 1, stderr: /zoe/ })
})
