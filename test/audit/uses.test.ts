import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openTerminal } from '../flows/curl-terminal.ts'
import { filesIn } from '../laws/canary.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { lastOf, since } from './since.ts'

const password = 'Canary-horse-7'

t.test('the sign-in at a site and the first request of a device in its session are recorded, before they happen; later requests are not', async (t) => {
  const site = await startTwoStepSite({ username: 'ann@example.test', password })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { device, user, account } = await enrol(relay, { url: site.url, username: 'ann@example.test', password })
  const before = await lastOf(relay)
  const terminal = openTerminal(t, relay, device)
  for (let i = 0; i < 3; i++) t.equal((await terminal.get(`${site.origin}/home`)).status, 200)
  const who = { kind: 'device', user: user.id, name: 'ann', deviceName: device.name }
  const about = { owner: user.id, account: account.id, site: 'erp' }
  const records = await since(relay, before)
  t.match(records, [
    { act: 'site.sign-in', outcome: 'intent', who, from: { address: '127.0.0.1' }, ...about },
    { act: 'site.sign-in', outcome: 'done', of: before + 1 },
    { act: 'account.use', outcome: 'intent', who, from: { address: '127.0.0.1', agent: /curl/ }, ...about },
  ])
  t.equal(records.length, 3)
  const second = await relay.identity.addDevice(user.id, 'second')
  await openTerminal(t, relay, { name: 'second', token: second.token }).get(`${site.origin}/home`)
  t.match((await since(relay, before)).at(-1), { act: 'account.use', who: { device: second.device.id } })
  await relay.sessions.end(account.id)
  t.match((await since(relay, before)).at(-1), { act: 'session.end', outcome: 'done', who: { kind: 'relay' } })
  for (const { what, bytes } of await filesIn(join(relay.folder, 'audit'))) t.notOk(bytes.includes(password), `${what} holds no password`)
})

t.test('a wrong password is recorded as refused by the site', async (t) => {
  const site = await startTwoStepSite({ username: 'ann@example.test', password })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { account } = await enrol(relay, { url: site.url, username: 'ann@example.test', password: 'Canary-wrong' })
  const before = await lastOf(relay)
  await t.rejects(relay.sessions.ensure(account.id))
  t.match(await since(relay, before), [
    { act: 'site.sign-in', outcome: 'intent' },
    { act: 'site.sign-in', outcome: 'refused', error: 'wrong-password' },
  ])
})

t.test('no record, no use: a device new to a session gets nothing of it where that cannot be recorded; one that is known goes on', async (t) => {
  const site = await startTwoStepSite({ username: 'ann@example.test', password })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { device, user } = await enrol(relay, { url: site.url, username: 'ann@example.test', password })
  const second = await relay.identity.addDevice(user.id, 'second')
  const known = openTerminal(t, relay, device)
  t.equal((await known.get(`${site.origin}/home`)).status, 200)
  const folder = join(relay.folder, 'audit')
  await rename(folder, `${folder}-away`)
  await writeFile(folder, 'in its place')
  const refused = await openTerminal(t, relay, { name: 'second', token: second.token }).get(`${site.origin}/home`)
  t.equal(refused.status, 503)
  t.notMatch(refused.body.toString(), /Hello/)
  t.equal((await known.get(`${site.origin}/home`)).status, 200)
})
