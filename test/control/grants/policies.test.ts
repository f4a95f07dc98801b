import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startLendingHouse } from './lending-house.ts'

const policy = `
account: ann/erp
to: user bob
until: 2999-12-31
days: [mon, tue, wed, thu, fri, sat, sun]
hours: 00:00-23:59
zone: Etc/UTC
networks: [127.0.0.0/8]
readOnly: true
`

t.test('a policy in a file lends, is changed with its file, and ends with it', async (t) => {
  const house = await startLendingHouse(t)
  const folder = join(house.folder, 'grants')
  const file = join(folder, 'invoices.yaml')
  const reload = async (): Promise<{ did: string; problem?: string }[]> => {
    const answer = await fetch(`${house.portalUrl}/api/v1/grants/reload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${house.adminToken}`, 'content-type': 'application/json' },
      body: '{}',
    })
    return (await answer.json()) as { did: string; problem?: string }[]
  }
  const rule = async () => (await house.api('ann', 'GET', '/why?user=bob&account=erp&address=127.0.0.1')).json.rule
  t.same(await reload(), [])
  await mkdir(folder)
  await writeFile(file, policy)
  t.match(await reload(), [{ did: 'lent' }])
  t.match(house.grants.list(), [{ to: { kind: 'user', name: 'bob' }, readOnly: true, until: Date.parse('2999-12-31'), file: { name: 'invoices.yaml' } }])
  t.match(await reload(), [{ did: 'kept' }])
  const [{ id = '' } = {}] = house.grants.list()
  t.equal((await house.api('ann', 'DELETE', `/grants/${id}`)).status, 204, 'its owner can end it all the same')
  t.match(await reload(), [{ did: 'kept' }])
  t.equal(await rule(), 'grant-revoked', 'and a reload does not bring it back')
  await writeFile(file, policy.replace('127.0.0.0/8', '192.0.2.0/24'))
  t.match(await reload(), [{ did: 'lent' }])
  t.equal(await rule(), 'outside-networks')
  for (const wrong of [
    'account: [',
    'account: ann/erp',
    `${policy}\ncolour: red`,
    policy.replace('bob', 'zoe'),
    policy.replace('ann/erp', 'ann/none'),
    policy.replace('Etc/UTC', 'Moon/Sea'),
    policy.replace('2999-12-31', 'soon'),
  ]) {
    await writeFile(file, wrong)
    t.match(await reload(), [{ did: 'refused', problem: /^The policy invoices\.yaml is not valid: (?!The request)[^.].*[^.]\.$/ }], wrong)
    t.equal(await rule(), 'not-owner', 'what is not valid lends nothing')
  }
  await writeFile(file, policy)
  await reload()
  await rm(file)
  t.match(await reload(), [{ did: 'ended' }])
  t.same(house.grants.list(), [])
})

t.test('what is lent to places goes by the location check, and is lent to none where that says nothing', async (t) => {
  const check = await startCheck(t)
  const house = await startLendingHouse(t, { config: { places: { url: `http://127.0.0.1:${check.port}/where?ip={address}`, field: 'land' } } })
  await house.lend({ user: 'bob' }, { places: ['DE'] })
  const use = () => house.proxied('bob', '/', { account: 'ann/erp' })
  check.answer = JSON.stringify({ land: 'DE' })
  for (let times = 0; times < 3; times++) t.match(await use(), { status: 200 })
  t.same(check.asked, ['/where?ip=127.0.0.1'], 'it is asked once')
  for (const answer of [JSON.stringify({ land: 'FR' }), JSON.stringify({ country: 'DE' }), 'null', '<html>', 'hang up']) {
    house.pass(6 * 60_000)
    check.answer = answer
    t.match(await use(), { code: 'grant_refused', text: answer.includes('FR') ? /other places/ : /nobody knows where/ }, answer)
  }
  house.pass(6 * 60_000)
  check.answer = JSON.stringify({ land: 'DE' })
  t.match(await use(), { status: 200 })
  t.match(
    (await house.api('ann', 'GET', '/why?user=bob&account=erp')).json,
    { rule: 'place-unknown', places: [] },
    'without an address nobody knows where he is',
  )
  check.asked.length = 0
  const why = (address: string) => house.api('ann', 'GET', `/why?user=bob&account=erp&address=${encodeURIComponent(address)}`)
  for (const none of ['..', 'hello world', '8.8.8', '8.8.8.8:80', '[::1]', '']) t.match(await why(none), { code: 'bad_request' }, none)
  t.strictSame(check.asked, [], 'what is no address is not asked for')
  check.answer = JSON.stringify({ land: ' Washington, D.C. ' })
  for (const one of ['2001:DB8::0:1', '2001:db8:0::1']) t.match(await why(one), { json: { places: ['Washington, D.C.'] } }, one)
  t.strictSame(check.asked, ['/where?ip=2001%3Adb8%3A%3A1'], 'one address is asked for once, however it is written')
})

async function startCheck(t: Test) {
  const check = { port: 0, answer: '', asked: [] as string[] }
  const server = createServer((request, response) => {
    check.asked.push(request.url ?? '')
    if (check.answer === 'hang up') request.socket.destroy()
    else response.setHeader('content-type', 'application/json').end(check.answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  check.port = (server.address() as AddressInfo).port
  return check
}
