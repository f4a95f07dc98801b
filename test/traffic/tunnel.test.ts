import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { joinTunnel } from '../../relay/traffic/index.ts'
import { until } from '../until.ts'

interface Tunnel {
  readonly client: Socket
  readonly site: Socket
  readonly toClient: Socket
  readonly toSite: Socket
}

/** A connection's two ends; `options` are the caller's. */
async function openPair(t: Test, options: { allowHalfOpen?: boolean }): Promise<readonly [caller: Socket, called: Socket]> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const caller = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ...options })
  const [[called]] = (await Promise.all([once(server, 'connection'), once(caller, 'connect')])) as [[Socket], unknown]
  server.close()
  t.teardown(() => [caller, called].map((socket) => socket.destroy()))
  return [caller.on('error', () => {}), called.on('error', () => {})]
}

/** As the relay has them: its end of the client's connection may stay half open, its end of the site's ends with what the site says. */
async function openConnections(t: Test): Promise<Tunnel> {
  const [[client, toClient], [toSite, site]] = [await openPair(t, { allowHalfOpen: true }), await openPair(t, {})]
  return { client, site, toClient, toSite }
}

async function openTunnel(t: Test): Promise<Tunnel & { part: () => void }> {
  const connections = await openConnections(t)
  return { ...connections, part: joinTunnel(connections.toClient, connections.toSite) }
}

/** Says something for as long as it is taken. */
function pour(socket: Socket): void {
  const chunk = Buffer.alloc(1 << 16, 'x')
  const on = (): void => {
    while (socket.writable && socket.write(chunk));
  }
  socket.on('drain', on)
  on()
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

for (const side of ['client', 'site'] as const)
  t.test(`a ${side} that had said all, or had gone, before the two were joined has said so to the other`, async (t) => {
    for (const leaves of ['says all', 'goes'] as const) {
      const { client, site, toClient, toSite } = await openConnections(t)
      const [one, toOne, other] = side === 'client' ? [client, toClient, site] : [site, toSite, client]
      if (leaves === 'says all') {
        one.end()
        await once(toOne, 'end')
      } else {
        one.resetAndDestroy()
        await until(() => toOne.closed, 'it has gone')
      }
      joinTunnel(toClient, toSite)
      const heard: Buffer[] = []
      other.on('data', (chunk: Buffer) => heard.push(chunk))
      await until(() => other.readableEnded, `the other is told that it ${leaves}`, 10_000)
      t.equal(String(Buffer.concat(heard)), '')
    }
  })

t.test('a client that is cut after it has said all is no longer spoken to by the site', async (t) => {
  const { client, site, toClient, toSite } = await openTunnel(t)
  client.end('a question')
  t.equal(await whole(site), 'a question')
  pour(site)
  await until(() => toClient.writableNeedDrain, 'an answer that is slowly taken')
  toClient.destroy()
  await until(() => toSite.destroyed && site.destroyed, 'the end of it')
})

t.test('a client that is held back while the site says its last word hears it, and can end', async (t) => {
  const { client, site, toClient, toSite } = await openTunnel(t)
  pour(client)
  await until(() => toClient.isPaused(), 'a site that takes no more')
  client.removeAllListeners('drain')
  site.end('enough')
  t.equal(await whole(client), 'enough')
  site.resume()
  client.end()
  await until(() => toSite.destroyed && toClient.destroyed, 'both at their end')
})

t.test('nothing passes any more between two that were parted', async (t) => {
  const { client, site, toClient, toSite, part } = await openTunnel(t)
  site.write('before')
  t.equal(String((await once(client, 'data'))[0]), 'before')
  part()
  site.write('after')
  client.write('after')
  await until(() => toClient.readableLength === 5 && toSite.readableLength === 5, 'what both said after it')
  toClient.end('the last word')
  toSite.end('the last word')
  t.strictSame(await Promise.all([whole(client), whole(site)]), ['the last word', 'the last word'])
})

async function whole(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk
  })
  await once(socket, 'end')
  return text
}
