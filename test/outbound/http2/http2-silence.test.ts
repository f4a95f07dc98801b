import { mock } from 'node:test'
import t from 'tap'
import { endStream, frame, frameType, headersFrame } from '../../http2-frames.ts'
import { until } from '../../until.ts'
import { get, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { startRawHttp2Origin } from './http2-origin.ts'

const tick = 15_000

// Connections are looked after when the test says so.
mock.timers.enable({ apis: ['setInterval'] })
t.teardown(() => mock.timers.reset())

t.test('a site that falls silent is pinged; without an answer new requests go elsewhere, and the old ones are given up in the end', async (t) => {
  const site = await startRawHttp2Origin(t, {
    onFrame: (connection, { type, stream }) => {
      if (type !== frameType.headers) return
      connection.write(headersFrame(stream, [[':status', '200']], false))
      if (connection.number > 1) connection.write(frame(frameType.data, endStream, stream, Buffer.from('elsewhere')))
    },
  })
  const outbound = outboundForTest(t)
  const silent = await outbound.forward(site.site, get(site.origin))
  const end = rejection(read(silent.body))
  // The first sees that something has come.
  mock.timers.tick(tick)
  mock.timers.tick(tick)
  await until(() => site.frames.some(({ type, flags }) => type === frameType.ping && flags === 0), 'a PING')
  mock.timers.tick(tick)
  t.equal(await read((await outbound.forward(site.site, get(site.origin))).body), 'elsewhere')
  t.equal(site.agreed.length, 2)
  for (let times = 0; times < 6; times++) mock.timers.tick(tick)
  t.match(await end, { code: 'site_down' })
})

t.test('a site that answers the ping is waited for as long as it likes', async (t) => {
  let pings = 0
  let finish = (): void => {}
  const site = await startRawHttp2Origin(t, {
    onFrame: (connection, { type, flags, stream, payload }) => {
      if (type === frameType.ping && flags === 0) {
        pings += 1
        connection.write(frame(frameType.ping, 1, 0, payload))
      }
      if (type !== frameType.headers) return
      connection.write(headersFrame(stream, [[':status', '200']], false), frame(frameType.data, 0, stream, Buffer.from('begun, ')))
      finish = () => connection.write(frame(frameType.data, endStream, stream, Buffer.from('done')))
    },
  })
  const { body } = await outboundForTest(t).forward(site.site, get(site.origin))
  const text = read(body)
  for (let times = 0; times < 40; times++) {
    mock.timers.tick(tick)
    mock.timers.tick(tick)
    await until(() => pings === times + 1, `ping ${times + 1}`)
    await new Promise(setImmediate)
  }
  finish()
  t.equal(await text, 'begun, done')
  t.equal(site.agreed.length, 1)
})

t.test('a connection that nobody uses for a minute ends, and the next request gets a new one', async (t) => {
  const site = await startRawHttp2Origin(t, {
    onFrame: (connection, { type, stream }) => {
      if (type === frameType.headers) connection.write(headersFrame(stream, [[':status', '204']], true))
    },
  })
  const outbound = outboundForTest(t)
  const ask = async (): Promise<void> => {
    await read((await outbound.forward(site.site, get(site.origin))).body)
    // A stream is closed some turns of the loop after its answer has ended.
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
  }
  await ask()
  for (let times = 0; times < 3; times++) mock.timers.tick(tick)
  await ask()
  t.equal(site.agreed.length, 1)
  await until(() => site.frames.filter(({ type }) => type === frameType.headers).length === 2, 'both came')
  for (let times = 0; times < 4; times++) mock.timers.tick(tick)
  await until(() => site.frames.some(({ type }) => type === frameType.goaway), 'it says goodbye')
  await ask()
  t.equal(site.agreed.length, 2)
})
