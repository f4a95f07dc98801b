import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import t, { type Test } from 'tap'
import { curl } from '../proxy/curl.ts'
import { readAll } from '../proxy/raw-client.ts'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { type House, startHouse } from '../proxy/start-house.ts'
import { until } from '../until.ts'
import { type Gate, startGate } from './gate.ts'
import { enrolmentAt, overTls, type StartedConnect, startConnect } from './start-connect.ts'

interface Place {
  readonly houses: readonly House[]
  readonly gates: readonly Gate[]
  readonly connect: StartedConnect
  /** Which relay answers a new connection: 0, 1, 2; what went wrong otherwise. */
  ask(): Promise<number | string>
}

/** Three relays, each behind a gate, and a client that is enrolled at all of them. */
async function startPlace(t: Test): Promise<Place> {
  const site = await startRecordingOrigin(t, { scheme: 'http' })
  const [houses, gates, enrolments]: [House[], Gate[], Awaited<ReturnType<typeof enrolmentAt>>[]] = [[], [], []]
  for (let i = 0; i < 3; i++) {
    const house = await startHouse(t, { origins: [site], config: overTls })
    const gate = await startGate(t, house.proxy.tlsAddress as string)
    houses.push(house)
    gates.push(gate)
    enrolments.push({ ...(await enrolmentAt(house)), address: gate.address })
  }
  const connect = await startConnect(t, enrolments)
  const ask = async (): Promise<number | string> => {
    const { out, err } = await curl('--proxy', connect.proxyUrl, 'http://relay.pac/')
    const which = houses.findIndex(({ portalUrl }) => out.includes(`"${portalUrl}"`))
    return which < 0 ? out || err : which
  }
  return { houses, gates, connect, ask }
}

const { houses, gates, connect, ask } = await startPlace(t)

t.test('a relay that hangs is left for the next without being asked again, until it answers', async (t) => {
  const [host = '', port] = connect.address.split(':')
  const standing = connectTcp(Number(port), host)
  standing.write('GET http://relay.pac/ HTTP/1.1\r\nHost: relay.pac\r\n\r\n')
  await once(standing, 'data')
  const cut = once(standing.resume(), 'close')
  gates[0]?.freeze()
  t.equal(await ask(), 1)
  await cut
  t.pass('who waits on a connection to it is let go')
  t.equal(connect.state().relays[0]?.state, 'down')
  t.equal(await ask(), 1)
  await gates[0]?.open()
  await until(async () => (await ask()) === 0, 'it is used again')
})

t.test('with no relay left a client is told so, and served again without being started anew', async (t) => {
  for (const gate of gates) await gate.close()
  t.match(await ask(), /"code":"relays_unreachable"/)
  await until(() => connect.state().current === undefined, 'it says so')
  t.match(connect.said.at(-1), /No relay can be used now/)
  await gates[2]?.open()
  t.equal(await ask(), 2)
  for (const gate of gates) await gate.open()
  await until(async () => (await ask()) === 0, 'all as before')
})

t.test('with three relays no request fails when the first is killed, and an earlier one is used again when it is back', async (t) => {
  t.equal(await ask(), 0)
  await houses[0]?.stop()
  t.equal(await ask(), 1, 'the very next connection goes to the next relay')
  await until(() => connect.state().current === gates[1]?.address, 'the client says so')
  t.match(connect.said.join('\n'), `New connections go to ${gates[1]?.address}`)

  await gates[1]?.close()
  t.equal(await ask(), 2)
  const [host = '', port] = connect.address.split(':')
  const standing = connectTcp(Number(port), host)
  const request = 'GET http://relay.pac/ HTTP/1.1\r\nHost: relay.pac\r\n\r\n'
  const answered = async () => (await readAll(standing, { until: (text) => text.endsWith('</html>\n') || text.includes('\r\n\r\n0\r\n') })).text
  standing.write(request)
  t.match(String((await once(standing, 'data'))[0]), /^HTTP\/1\.1 200 /)

  await gates[1]?.open()
  await until(async () => (await ask()) === 1, 'new connections go back')
  standing.write(request)
  t.match(await answered(), /HTTP\/1\.1 200 /, 'one that stood runs on where it is')
  standing.destroy()
})
