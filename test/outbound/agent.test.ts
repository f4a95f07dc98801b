import { once } from 'node:events'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { AgentRequest, HttpAgent } from '../../relay/outbound/index.ts'
import { loopbackSite, outboundForTest, read, rejection } from './outbound-for-test.ts'
import { answering, type RawOrigin, startRawOrigin } from './raw-origin.ts'

function answer(head: string, body: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}Content-Length: ${bytes.length}\r\n\r\n`), bytes])
}

async function start(t: Test, bytes: Buffer): Promise<{ site: RawOrigin; agent: HttpAgent; request: AgentRequest }> {
  const site = await startRawOrigin(t, { onData: answering(bytes) })
  const origin = `http://site.test:${site.port}`
  return { site, agent: outboundForTest(t).agent(loopbackSite(origin)), request: { method: 'GET', url: new URL(origin), headers: [] } }
}

t.test('a body comes without its content encodings; the header stays as received', async (t) => {
  const text = 'a login page '.repeat(1000)
  const encodings: Record<string, Buffer> = {
    gzip: gzipSync(text),
    'x-gzip': gzipSync(text),
    GZIP: gzipSync(text),
    deflate: deflateSync(text),
    'deflate ': deflateRawSync(text),
    br: brotliCompressSync(text),
    'gzip, br': brotliCompressSync(gzipSync(text)),
    identity: Buffer.from(text),
  }
  for (const [encoding, bytes] of Object.entries(encodings)) {
    const { agent, request } = await start(t, answer(`Content-Encoding: ${encoding}\r\n`, bytes))
    const { body, headers } = await agent.send(request)
    t.equal(await read(body), text, encoding)
    t.strictSame(headers[0], ['Content-Encoding', encoding])
  }
})

t.test('a compressed body that was cut is read as far as it goes; a damaged one is an error', async (t) => {
  const whole = gzipSync('x'.repeat(100_000))
  const cut = await start(t, answer('Content-Encoding: gzip\r\n', whole.subarray(0, whole.length - 8)))
  t.equal((await read((await cut.agent.send(cut.request)).body)).length, 100_000)
  for (const encoding of ['gzip', 'br', 'deflate']) {
    const damaged = await start(t, answer(`Content-Encoding: ${encoding}\r\n`, Buffer.alloc(64, 0x7f)))
    const error = await rejection(damaged.agent.send(damaged.request).then(({ body }) => read(body)))
    t.match(error, { code: 'site_down', message: /compression is damaged/ }, encoding)
  }
  const none = await start(t, answer('Content-Encoding: gzip\r\n'))
  t.equal(await read((await none.agent.send(none.request)).body), '', 'an empty one is empty')
})

t.test('what stands behind the end of a compressed body is left out', async (t) => {
  const text = 'a login page '.repeat(1000)
  for (const [encoding, bytes] of [
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
  ] as const)
    for (const tail of ['\r\n', 'x'.repeat(100_000)]) {
      const { agent, request } = await start(t, answer(`Content-Encoding: ${encoding}\r\n`, Buffer.concat([bytes, Buffer.from(tail)])))
      t.equal(await read((await agent.send(request)).body), text, `${encoding}, ${tail.length} bytes more`)
    }
})

t.test('a small body that would grow without end grows only as far as it is read', async (t) => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
  const { agent, request, site } = await start(t, answer('Content-Encoding: gzip\r\n', bomb))
  const { body } = await agent.send(request)
  const before = process.memoryUsage().rss
  let length = 0
  for await (const chunk of body) {
    length += (chunk as Buffer).length
    if (length > 1_000_000) break
  }
  t.ok(body.destroyed)
  t.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024)
  const socket = site.sockets[0]
  if (socket !== undefined && !socket.destroyed) await once(socket, 'close')
  t.pass('and its connection is closed')
})

t.test('an abort in the middle of a compressed body keeps its reason', async (t) => {
  const bytes = gzipSync(Buffer.from(Array.from({ length: 100_000 }, () => Math.random() * 256)))
  const half = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bytes.length}\r\n\r\n`), bytes.subarray(0, 50_000)])
  const { agent, request } = await start(t, half)
  const controller = new AbortController()
  const { body } = await agent.send({ ...request, signal: controller.signal })
  const reason = new Error('enough')
  setTimeout(() => controller.abort(reason), 20)
  t.equal(await rejection(read(body)), reason)
})

t.test('the agent asks for what it can undo, unless the caller asks', async (t) => {
  const { agent, request, site } = await start(t, answer(''))
  await read((await agent.send(request)).body)
  t.match(site.received[0], /\r\naccept-encoding: gzip, deflate, br\r\n/)
  const other = await start(t, answer(''))
  await read((await other.agent.send({ ...other.request, headers: [['Accept-Encoding', 'identity']] })).body)
  t.match(other.site.received[0], /\r\nAccept-Encoding: identity\r\n/)
  t.notMatch(other.site.received[0], /gzip/)
})

t.test('a body in parts has an exact length, an empty one has zero', async (t) => {
  const { agent, request, site } = await start(t, answer(''))
  await read((await agent.send({ ...request, method: 'POST', body: [Buffer.from('a=1&'), Buffer.from('b=2')] })).body)
  t.match(site.received[0], /^POST \/ HTTP\/1\.1\r\n[\s\S]*content-length: 7\r\n\r\na=1&b=2$/)
  const empty = await start(t, answer(''))
  await read((await empty.agent.send({ ...empty.request, method: 'POST', body: [] })).body)
  t.match(empty.site.received[0], /content-length: 0\r\n\r\n$/)
})

t.test('the agent keeps no cookies and follows no redirect', async (t) => {
  const redirect = Buffer.from('HTTP/1.1 302 Found\r\nLocation: /next\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n')
  const { agent, request, site } = await start(t, redirect)
  for (let times = 0; times < 2; times++) {
    const { status, body } = await agent.send(request)
    t.equal(status, 302)
    await read(body)
  }
  t.notMatch(site.received.join(''), /cookie|\/next/i)
})

t.test('networkMs is the time the site was waited for, counted once when requests overlap', async (t) => {
  const site = await startRawOrigin(t, {
    onData(socket) {
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab'), 100)
      setTimeout(() => socket.write('cd'), 200)
    },
  })
  const origin = `http://site.test:${site.port}`
  const agent = outboundForTest(t).agent(loopbackSite(origin))
  const request: AgentRequest = { method: 'GET', url: new URL(origin), headers: [] }
  t.equal(agent.networkMs, 0)
  const began = performance.now()
  const [first, second] = await Promise.all([agent.send(request), agent.send(request)])
  const waited = performance.now() - began
  t.ok(first.ms >= 95 && first.ms <= waited, `headers after ${first.ms} ms`)
  t.ok(agent.networkMs >= 95 && agent.networkMs < waited * 1.5, `${agent.networkMs} of ${waited} ms, not twice that`)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const paused = performance.now() - began
  const idle = agent.networkMs
  await Promise.all([read(first.body), read(second.body)])
  t.ok(idle < paused - 500, `${idle} of ${paused} ms: waiting for the caller does not count`)
  const ended = agent.networkMs
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(agent.networkMs, ended, 'it stands still when all is read')
})
