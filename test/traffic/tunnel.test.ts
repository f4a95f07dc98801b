import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { joinTunnel } from '../../relay/traffic/index.ts'
import { until } from '../until.ts'

/** A connection's two ends. */
async function openPair(t: Test): Promise<readonly [far: Socket, near: Socket]> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const far = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  const [near] = (await once(server, 'connection')) as [Socket]
  server.close()
  t.teardown(() => [far, near].map((socket) => socket.destroy()))
  return [far.on('error', () => {}), near.on('error', () => {})]
}

async function openTunnel(t: Test): Promise<{ client: Socket; site: Socket; toClient: Socket; toSite: Socket; part: () => void }> {
  const [[client, toClient], [site, toSite]] = [await openPair(t), await openPair(t)]
  return { client, site, toClient, toSite, part: joinTunnel(toClient, toSite) }
}

for (const slow of ['client', 'site'] as const)
  t.test(`a ${slow} that reads nothing stops the other side, and gets all of it once it reads`, async (t) => {
    const { client, site, toClient, toSite } = await openTunnel(t)
    const [reader, writer, toReader, toWriter] = slow === 'client' ? [client, site, toClient, toSite] : [site, client, toSite, toClient]
    const sent = Buffer.alloc(32 << 20, 'x')
    writer.write(sent)
    await until(() => toWriter.isPaused(), 'no more is read')
    t.ok(toReader.writableLength < 1 << 20, 'little of it waits in between')
    let received = 0
    reader.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    await until(() => received === sent.length, 'all of it')
  })

t.test('a side that has said all is heard to its end, and hears the other to its', async (t) => {
  const { client, site } = await openTunnel(t)
  client.end('a question')
  t.equal(await whole(site), 'a question')
  site.end('an answer')
  t.equal(await whole(client), 'an answer')
})

t.test('a side that breaks off ends the other', async (t) => {
  for (const broken of ['client', 'site'] as const) {
    const { client, site } = await openTunnel(t)
    const [one, other] = broken === 'client' ? [client, site] : [site, client]
    const ended = once(other.resume(), 'end')
    one.resetAndDestroy()
    await ended
  }
})

t.test('nothing passes any more between two that were parted', async (t) => {
  const { client, site, toClient, part } = await openTunnel(t)
  site.write('before')
  t.equal(String((await once(client, 'data'))[0]), 'before')
  part()
  site.write('after')
  client.write('after')
  toClient.end('the last word')
  t.equal(await whole(client), 'the last word')
  t.equal(site.bytesRead, 0)
})

async function whole(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk
  })
  await once(socket, 'end')
  return text
}
