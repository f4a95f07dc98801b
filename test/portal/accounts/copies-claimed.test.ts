import t, { type Test } from 'tap'
import { commandLine } from '../../commands/command-line.ts'
import { startLendingHouse } from '../../control/grants/lending-house.ts'
import { tempFolder } from '../../temp-folder.ts'
import { readPage } from '../visitor.ts'

/** Ann's account, lent to bob with its cookies; `claim`: by the portal's API. */
async function open(t: Test) {
  const house = await startLendingHouse(t)
  const { account, people, sessions } = house
  await house.lend({ user: 'bob' }, { handoff: true })
  const ticketFor = async (who: 'ann' | 'bob') => (await sessions.tickets.issue(account.id, people[who].user.id)).value
  const claim = (who: 'ann' | 'bob', ticket: string) => house.api(who, 'POST', '/tickets/claim', { ticket })
  return { ...house, ticketFor, claim, listed: () => sessions.copies.list() }
}

t.test('who claims a link is known as one that has the cookies, a borrower too, until the site has ended the session (law 7)', async (t) => {
  const { account, people, sessions, api, ticketFor, claim, listed, folder } = await open(t)
  const ticket = await ticketFor('ann')
  t.match(await claim('ann', ticket), { status: 200, json: { cookies: [{ name: 'sid' }] } })
  t.equal((await claim('ann', ticket)).code, 'ticket_invalid')
  t.match(await claim('bob', await ticketFor('bob')), { status: 200 })
  t.same((await claim('bob', await ticketFor('bob'))).status, 200)
  t.same(
    listed().map(({ way, userId, deviceId }) => [way, userId, deviceId]),
    [people.bob, people.ann].map(({ user }) => ['claimed', user.id, undefined]),
    'each once, and none by a link that was spent',
  )
  const answer = await api('ann', 'GET', `/accounts/${account.id}/copies`)
  t.match(JSON.parse(answer.text), [
    { way: 'claimed', user: 'bob', givenAt: Number },
    { way: 'claimed', user: 'ann' },
  ])
  t.notMatch(answer.text, /sid|device|cookie/, 'it tells who, and nothing by which anybody could go on')
  t.equal((await api('bob', 'GET', `/accounts/erp/copies?user=ann`)).status, 403, 'who borrows it is not told')
  const page = readPage((await people.ann.browser.get('/copies')).body)
  t.match(page, /bob, signed in to the portal claimed by a link/)
  t.notMatch(page, /revoked/)
  t.notMatch(readPage((await people.bob.browser.get('/copies')).body), /claimed by a link/)

  t.equal(await sessions.end(account.id), true)
  const { run } = commandLine(t, await tempFolder(t))
  const { stdout } = await run(['account', 'copies', 'erp', '--user', 'ann', '--data', folder, '--list'])
  t.match(stdout, /^DEVICE +OF +HOW +GIVEN +SESSION\n- +bob +by a link +.* ended here .*, not at the site: told once, next .*\n- +ann +by a link/)
})

t.test('a device that claimed is named, and ending its sessions ends this one at the site', async (t) => {
  const { account, people, claim, ticketFor, portalUrl, adminToken, sessions, listed } = await open(t)
  const token = Buffer.from(people.ann.access.authorization.slice('Basic '.length), 'base64').toString().split(':')[1]
  const by = (bearer: string, ticket: string) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
    return fetch(`${portalUrl}/api/v1/tickets/claim`, { method: 'POST', headers, body: JSON.stringify({ ticket }) })
  }
  t.equal((await by(token ?? '', await ticketFor('ann'))).status, 200)
  t.match(listed(), [{ way: 'claimed', deviceId: people.ann.device.id, deviceName: 'ann-laptop' }])
  await people.ann.browser.post(`/devices/${people.ann.device.id}/end`)
  t.equal(sessions.live(account.id), undefined)
  t.match(listed(), [{ lingering: { tries: 1 } }])

  t.equal((await by(adminToken, await ticketFor('ann'))).status, 200)
  t.match(await claim('ann', await ticketFor('ann')), { status: 200 })
  t.match(readPage((await people.ann.browser.get('/copies')).body), /who runs the relay, on its own machine claimed by a link.*ann-laptop claimed by a link/)
})

t.test('no cookies are given where that cannot be written down, or the session has ended meanwhile', async (t) => {
  const { account, sessions, ticketFor, claim, listed } = await open(t)
  const { copies } = sessions
  const note = copies.note.bind(copies)
  const full = t.intercept(copies, 'note', { value: () => Promise.reject(new Error('the disk is full')) })
  const failed = await claim('ann', await ticketFor('ann'))
  t.equal(failed.status, 500)
  t.notMatch(failed.text, /"sid"|cookies/)
  full.restore()
  t.intercept(copies, 'note', {
    value: async (...given: Parameters<typeof note>) => {
      await sessions.ensure(account.id, { fresh: true })
      return note(...given)
    },
  })
  t.equal((await claim('ann', await ticketFor('ann'))).code, 'ticket_invalid', 'one that another has replaced, which nobody would end')
  t.same(listed(), [])
})
