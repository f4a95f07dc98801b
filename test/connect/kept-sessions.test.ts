import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Copies, type SessionCopy } from '../../relay/connect/index.ts'
import { since } from '../audit/since.ts'
import { commandLine } from '../commands/command-line.ts'
import { curl, temporaryFile } from '../proxy/curl.ts'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { tempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { type Gate, startGate } from './gate.ts'
import { enrolmentAt, overTls, type StartedConnect, startConnect } from './start-connect.ts'

async function startPlace(t: Test, delivery: 'attach' | 'handoff', copies?: { readonly attached: boolean }) {
  const site = await startRecordingOrigin(t, { host: 'localhost' })
  const house = await startHouse(t, { origins: [site], config: overTls, delivery })
  await house.accounts.setCopies(house.account.id, copies)
  await house.sessions.ensure(house.account.id)
  const gate = await startGate(t, house.proxy.tlsAddress as string)
  const enrolment = { ...(await enrolmentAt(house)), address: gate.address }
  const connect = await startConnect(t, [enrolment])
  await until(async () => (await curl(`${connect.proxyUrl}/proxy.pac`)).out.includes('"localhost":1'), 'it was tended')
  const copiesKept = async () => (await new Copies(connect.enrolments.folder).read())[gate.address] ?? []
  return { site, house, gate, enrolment, connect, copiesKept, folder: connect.enrolments.folder }
}

/** A copy of something else, which goes when the relay's word on what may be kept has come. */
const old: SessionCopy = { account: 'old', site: 'erp', landingUrl: 'https://localhost/', origins: [], delivery: 'handoff', cookies: [], headers: [] }

/** What is kept of a relay once it has said anew what may be: it was gone for a moment. */
async function keptAnew(connect: StartedConnect, gate: Gate): Promise<readonly SessionCopy[]> {
  const copies = new Copies(connect.enrolments.folder)
  const kept = async () => (await copies.read())[gate.address] ?? []
  await copies.replace(gate.address, [old])
  await gate.close()
  await until(() => connect.state().current === undefined, 'gone')
  await gate.open()
  await until(async () => !(await kept()).some(({ account }) => account === old.account), 'the relay has said what may be kept')
  return kept()
}

t.test('with all relays gone the kept session of an account works: a tool is given it, and a browser that holds it gets through', async (t) => {
  const { site, house, gate, connect, copiesKept, folder } = await startPlace(t, 'handoff', { attached: false })
  await until(async () => (await copiesKept()).length > 0, 'a copy is kept')
  t.match(await copiesKept(), [{ account: 'erp', delivery: 'handoff', cookies: [{ name: 'sid', value: '1' }] }])
  for (const file of ['copies.bin', 'copies.key']) t.equal((await stat(join(folder, file))).mode & 0o777, 0o600)
  t.notMatch(await readFile(join(folder, 'copies.bin'), 'latin1'), /sid|localhost/)
  const records = (await since(house, 0)).filter(({ act }) => act === 'session.copy')
  t.match(records, [{ owner: house.userId, account: house.account.id, device: house.device.id, who: { kind: 'device' } }])
  await until(() => house.notices.list(house.userId).some(({ kind }) => kind === 'session-copied'), 'its owner is told')
  t.match(house.sessions.copies.list(), [{ accountId: house.account.id, deviceId: house.device.id, deviceName: house.device.name }])

  await gate.close()
  await house.stop()
  const out = await commandLine(t, folder).run(['connect', 'session', 'erp', '--format', 'netscape', '--folder', folder])
  t.match(out, { status: 0, stdout: /#HttpOnly_localhost\tFALSE\t\/\tFALSE\t0\tsid\t1/ })
  const cookies = temporaryFile(t, 'cookies.txt', '')
  await chmod(cookies, 0o644)
  t.match(await commandLine(t, folder).run(['connect', 'session', 'erp', '--format', 'netscape', '--folder', folder, '--output', cookies]), { status: 0 })
  t.equal(await readFile(cookies, 'utf8'), out.stdout)
  t.equal((await stat(cookies)).mode & 0o777, 0o600, 'others cannot read it any more')
  const ca = temporaryFile(t, 'site.pem', site.ca as string)
  const ask = (...words: string[]) => curl('--include', '--proxy', connect.proxyUrl, '--cookie', cookies, ...words)
  t.match(await ask('--cacert', ca, `${site.origin}/page`), { exit: 0, out: /HTTP\/1\.1 200 [\s\S]*GET \/page/ })
  t.match(await ask('http://elsewhere.test/'), { out: /relay_unreachable/ }, 'nothing else is reached past the relays')
  t.match(await ask('--proxytunnel', `http://localhost:${Number(new URL(site.origin).port) + 1}/`), { out: /^HTTP\/1\.1 503 / })
})

t.test('no copy is given that the owner has not allowed, and none of a site that keeps its cookies in the relay unless he said so', async (t) => {
  const { house, connect, gate, site } = await startPlace(t, 'attach', undefined)
  const link = { authorization: house.access.authorization }
  t.equal((await fetch(`${house.portalUrl}/api/v1/copies`, { headers: link })).status, 403, 'to a token never')
  t.same(await keptAnew(connect, gate), [])
  const set = (body: object) =>
    house.portal.inject({
      method: 'POST',
      url: `/api/v1/accounts/erp/copies`,
      headers: { authorization: `Bearer ${house.adminToken}`, host: 'localhost' },
      payload: body,
    })
  t.match((await set({ allowed: true })).json(), { status: 400, title: /delivery is attach/ })
  await house.accounts.setCopies(house.account.id, { attached: false })
  t.same(await keptAnew(connect, gate), [])

  t.match((await set({ allowed: true, attached: true })).json(), { allowed: true, attached: true })
  t.match(await keptAnew(connect, gate), [{ account: 'erp', delivery: 'attach' }])
  await gate.close()
  t.match(
    await curl('--include', '--proxy', connect.proxyUrl, `${site.origin}/`),
    { exit: 56 },
    'a browser there has no cookies, so nothing leads past the relay',
  )
})

t.test('a copy goes when its account may not be copied any more, and when the device is revoked', async (t) => {
  const { house, connect, enrolment, gate } = await startPlace(t, 'handoff', { attached: false })
  const restart = async () => {
    await connect.stop()
    const next = await startConnect(t, [enrolment])
    const copies = new Copies(next.enrolments.folder)
    await copies.replace(gate.address, [old])
    return { next, names: async () => ((await copies.read())[gate.address] ?? []).map(({ account }) => account) }
  }
  await until(() => house.sessions.copies.list().length === 1, 'it is given')
  await house.accounts.setCopies(house.account.id, undefined)
  t.same(await keptAnew(connect, gate), [], 'of one whose owner allows none any more there is none')
  await until(() => house.sessions.copies.list().length === 0, 'the relay knows that it is gone')
  await house.accounts.setCopies(house.account.id, { attached: false })
  await house.accounts.freeze(house.account.id, 'a test')
  t.same(await keptAnew(connect, gate), [], 'of a frozen account there is none')

  const last = await restart()
  await house.identity.revokeDevice(house.device.id)
  await until(() => last.next.state().relays[0]?.state === 'refused', 'refused')
  await until(async () => (await last.names()).length === 0, 'gone with the device')
})

t.test('a kept file that was changed, moved or cut opens as nothing', async (t) => {
  const folder = await tempFolder(t)
  const copies = new Copies(folder)
  const copy = {
    account: 'erp',
    site: 'erp',
    landingUrl: 'https://erp.test/',
    origins: ['https://erp.test'],
    delivery: 'handoff' as const,
    cookies: [],
    headers: [],
  }
  await copies.replace('relay.test:1', [copy])
  t.match(await copies.of('erp', ['relay.test:1']), { site: 'erp' })
  await t.rejects(copies.of('other', ['relay.test:1']), { code: 'not_found' })
  const file = join(folder, 'copies.bin')
  const whole = await readFile(file)
  for (const bytes of [
    whole.subarray(0, -1),
    whole.subarray(0, 20),
    Buffer.alloc(0),
    whole.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    whole.map((byte, i) => (i === 14 ? byte ^ 1 : byte)),
  ]) {
    await writeFile(file, bytes)
    t.same(await copies.read(), {})
  }
  await writeFile(file, whole)
  await Promise.all(['relay.test:1', 'relay.test:2', 'relay.test:3'].map((relay) => copies.replace(relay, relay.endsWith('1') ? [] : [copy])))
  t.same(Object.keys(await copies.read()), ['relay.test:2', 'relay.test:3'], 'of several changes at once none is lost')
  await Promise.all(['relay.test:2', 'relay.test:3'].map((relay) => copies.replace(relay, [])))
  await t.rejects(stat(file))
})
