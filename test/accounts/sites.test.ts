import t from 'tap'
import { erp, openRooms } from './open-rooms.ts'

const wiki = { ...erp, id: 'wiki', origins: ['https://wiki.example'], loginUrl: 'https://wiki.example/' }

t.test('a site is found by id and by each of its origins, after a restart too', async (t) => {
  const { accounts, reopen } = await openRooms(t)
  const site = await accounts.addSite(erp)
  t.match(site, erp)
  for (const room of [accounts, (await reopen()).accounts]) {
    t.strictSame(room.site('erp'), site)
    for (const origin of erp.origins) t.strictSame(room.siteByOrigin(origin), site)
    for (const other of ['https://erp.example:8443', 'http://login.example', 'https://sub.erp.example', 'https://example', '', '__proto__']) {
      t.equal(room.siteByOrigin(other), undefined, other)
    }
    t.strictSame(await room.listSites(), [site])
  }
})

t.test('sites are listed in order of id', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(wiki)
  await accounts.addSite(erp)
  t.match(await accounts.listSites(), [{ id: 'erp' }, { id: 'wiki' }])
})

t.test('two sites share neither id nor origin, however many are added at once', async (t) => {
  const { accounts } = await openRooms(t)
  const results = await Promise.allSettled([accounts.addSite(erp), accounts.addSite({ ...wiki, id: 'erp' }), accounts.addSite({ ...erp, id: 'erp2' })])
  t.match(results, [
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'already_exists' } },
    { status: 'rejected', reason: { code: 'already_exists', message: /a site at https:\/\/erp.example: erp/, next: /account add erp / } },
  ])
  t.strictSame((await accounts.listSites()).length, 1)
  await accounts.addSite(wiki)
})

t.test('an unfit site is refused', async (t) => {
  const { accounts } = await openRooms(t)
  await t.rejects(accounts.addSite({ ...erp, origins: ['https://co.uk'], loginUrl: 'https://co.uk/' }), { code: 'bad_request' })
  t.strictSame(await accounts.listSites(), [])
})

t.test('nobody who is given a site can change where its secrets go', async (t) => {
  const { accounts } = await openRooms(t)
  const given = structuredClone(erp)
  const site = await accounts.addSite(given)
  ;(given.origins as string[]).push('https://evil.example')
  t.throws(() => (site.origins as string[]).push('https://evil.example'))
  t.throws(() => Object.assign(site, { ca: 'x' }))
  t.throws(() => Object.assign(site.settings, { userField: 'x' }))
  t.strictSame(accounts.site('erp')?.origins, erp.origins)
  await accounts.addAccount({ owner: 'ann', siteId: 'erp', username: 'ann', secrets: { password: 'pw' } })
  t.notOk((await accounts.credential(accounts.account('erp', 'ann')?.id ?? '')).secrets.password?.scope.origins.includes('https://evil.example'))
})

t.test('who watches hears of each site that comes and goes, until he stops', async (t) => {
  const { accounts } = await openRooms(t)
  const seen: number[] = []
  const stop = accounts.onSitesChanged(async () => void seen.push((await accounts.listSites()).length))
  await accounts.addSite(erp)
  await accounts.addSite(wiki)
  await accounts.removeSite('erp')
  stop()
  await accounts.removeSite('wiki')
  t.strictSame(seen, [1, 2, 1])
})

t.test('a removed site is gone with its accounts and their keys, after a restart too', async (t) => {
  const { accounts, store, reopen } = await openRooms(t)
  await accounts.addSite(erp)
  await accounts.addSite(wiki)
  const gone = await accounts.addAccount({ owner: 'ann', siteId: 'erp', username: 'ann', secrets: { password: 'pw' } })
  const kept = await accounts.addAccount({ owner: 'ann', siteId: 'wiki', username: 'ann', secrets: { password: 'pw' } })
  const heard: string[] = []
  accounts.onAccountRemoved(({ id }) => heard.push(id))
  const adding = accounts.addAccount({ owner: 'bob', siteId: 'erp', username: 'bob', secrets: { password: 'pw' } })
  const removing = accounts.removeSite('erp')
  const tooLate = accounts.addAccount({ owner: 'cy', siteId: 'erp', username: 'cy', secrets: { password: 'pw' } })
  await t.rejects(tooLate, { code: 'site_unknown' })
  t.equal(await removing, true)
  t.strictSame(heard.toSorted(), [gone.id, (await adding).id].toSorted(), 'an account that was being added is removed too')
  t.strictSame(
    (await store.collection({ name: 'data-keys' }).list()).map(({ id }) => id),
    [kept.id],
  )
  t.equal(await accounts.removeSite('erp'), false)
  for (const room of [accounts, (await reopen()).accounts]) {
    t.equal(room.site('erp'), undefined)
    t.equal(room.siteByOrigin('https://erp.example'), undefined)
    t.strictSame(
      room.listAccounts().map(({ id }) => id),
      [kept.id],
    )
  }
})
