import t from 'tap'
import { startLendingHouse } from './lending-house.ts'

t.test('of several grants, one whose terms allow the request is enough: to lend more takes nothing away', async (t) => {
  const { lend, proxied, api, account, people, sessions } = await startLendingHouse(t)
  const ask = async (path: string, method = 'GET') => {
    const { status, code } = await proxied('bob', path, { account: 'ann/erp', method })
    return status === 200 ? 200 : code
  }
  const claim = async () => {
    const { value } = await sessions.tickets.issue(account.id, people.bob.user.id)
    return (await api('bob', 'POST', '/tickets/claim', { ticket: value })).status
  }
  const asked = async () => [await ask('/pay'), await ask('/orders'), await ask('/orders', 'POST'), await ask('/pay', 'POST'), await claim()]

  await lend({ user: 'bob' }, { readOnly: true })
  t.strictSame(await asked(), [200, 200, 'grant_read_only', 'grant_read_only', 409])
  await lend({ user: 'bob' }, { denyPaths: ['/pay'] })
  t.strictSame(await asked(), [200, 200, 200, 'path_denied', 409], 'he reads still what the second denies')
  await lend({ user: 'bob' }, { denyPaths: ['/orders'] })
  t.strictSame(await asked(), [200, 200, 200, 200, 409], 'each allows what the other denies')
  await lend({ user: 'bob' }, { handoff: true })
  t.strictSame(await asked(), [200, 200, 200, 200, 200])
})
