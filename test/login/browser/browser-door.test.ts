import { connect } from 'node:net'
import t from 'tap'
import { createDoorCertificate } from '../../../relay/login/browser-engine/certificate.ts'
import { NetworkDoor } from '../../../relay/login/browser-engine/network-door.ts'
import { Placeholders } from '../../../relay/login/browser-engine/placeholders.ts'
import { CookieJar } from '../../../relay/login/index.ts'
import { outboundForTest } from '../../outbound/outbound-for-test.ts'
import fc from '../../property.ts'
import { secretFor, startOrigin } from './browser-for-test.ts'

type T = Parameters<typeof startOrigin>[0]

async function openDoor(t: T, origins: readonly string[]): Promise<NetworkDoor> {
  const agent = outboundForTest(t).agent({ id: 'site', origins, networks: ['loopback'] })
  const certificate = await createDoorCertificate()
  const limits = { pageBytes: 100_000, requests: 10 }
  const door = await NetworkDoor.open({ agent, jar: CookieJar.create(), certificate, signal: AbortSignal.timeout(60_000), limits })
  t.teardown(() => door.close())
  return door
}

/** Everything that comes back for these bytes. */
function ask(door: NetworkDoor, head: readonly string[], body = '', authorised = true): Promise<string> {
  const { username, password } = door.credentials
  const lines = [
    ...head,
    ...(authorised ? [`proxy-authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`] : []),
    'connection: close',
  ]
  return new Promise((resolve) => {
    const [host = '', port = ''] = door.address.split(':')
    let text = ''
    const socket = connect(Number(port), host, () => socket.write(`${lines.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`))
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {}).on('close', () => resolve(text))
  })
}

const site = async (t: T) => startOrigin(t, ({ body }, response) => response.setHeader('content-type', 'text/plain').end(`got ${body}`))

t.test('the door is opened for the browser that it was made for alone', async (t) => {
  const { at, seen } = await site(t)
  const door = await openDoor(t, [at()])
  t.match(await ask(door, [`GET ${at()}/ HTTP/1.1`, 'host: x'], '', false), /^HTTP\/1\.1 407 /)
  t.match(await ask(door, ['CONNECT site.test:443 HTTP/1.1', 'host: x'], '', false), /^HTTP\/1\.1 407 /)
  t.match(await ask(door, ['GET / HTTP/1.1', 'host: x']), /^HTTP\/1\.1 400 /)
  t.same(seen, [])
  t.match(await ask(door, [`GET ${at()}/ HTTP/1.1`, 'host: x']), /^HTTP\/1\.1 200 /)
  t.equal(seen[0]?.headers['proxy-authorization'], undefined)
})

t.test('other origins are refused without a word to them', async (t) => {
  const [here, elsewhere] = [await site(t), await site(t)]
  const door = await openDoor(t, [here.at()])
  t.equal(await ask(door, [`GET ${elsewhere.at()}/ HTTP/1.1`, 'host: x']), '', 'no answer at all')
  t.same(elsewhere.seen, [])
  t.match(door.refused, [{ code: 'destination_refused' }])
})

t.test('a placeholder is filled in in one body, in its encoding, once; what repeats the secret comes back without it', async (t) => {
  const { at, seen } = await site(t)
  const door = await openDoor(t, [at()])
  const secret = secretFor('p"ä&', [at()])
  const text = door.placeholders.add({ secret }, 'pass', undefined) ?? ''
  const post = (path: string, type: string, body: string) => ask(door, [`POST ${at()}${path} HTTP/1.1`, 'host: x', `content-type: ${type}`], body)
  t.equal(await post(`/?p=${text}`, 'text/plain', ''), '', 'not in an address')
  t.equal(await ask(door, [`GET ${at()}/ HTTP/1.1`, 'host: x', `x-pass: ${text}`]), '', 'not in a header')
  t.same(seen, [])
  const answer = await post('/', 'application/json', JSON.stringify({ pass: text }))
  t.equal(seen[0]?.body.toString(), '{"pass":"p\\"ä&"}')
  t.match(answer, /got \{"pass":"\[secret\]"\}/)
  t.equal(await post('/', 'application/json', JSON.stringify({ pass: text })), '', 'not a second time (law 2)')
  t.equal(seen.length, 1)
  t.match(
    door.refused.map(({ code }) => code),
    ['secret_refused', 'secret_refused', 'secret_refused'],
  )
})

t.test('a secret that is enrolled for another origin does not leave', async (t) => {
  const [here, elsewhere] = [await site(t), await site(t)]
  const door = await openDoor(t, [here.at(), elsewhere.at()])
  const text = door.placeholders.add({ secret: secretFor('p', [here.at()]) }, 'pass', undefined) ?? ''
  t.equal(await ask(door, [`POST ${elsewhere.at()}/ HTTP/1.1`, 'host: x'], text), '')
  t.same(elsewhere.seen, [])
})

t.test('requests and bodies have their limits', async (t) => {
  const { at, seen } = await site(t)
  const door = await openDoor(t, [at()])
  t.equal(await ask(door, [`POST ${at()}/ HTTP/1.1`, 'host: x'], 'x'.repeat(100_001)), '')
  for (let count = 0; count < 12; count++) await ask(door, [`GET ${at()}/ HTTP/1.1`, 'host: x'])
  t.equal(seen.length, 9)
})

t.test('slots stand exactly where placeholders stood, whatever is around them', (t) => {
  const placeholders = new Placeholders()
  const secrets = [secretFor('one', []), secretFor('two', [])]
  const texts = secrets.map((secret) => placeholders.add({ secret }, 'f', undefined) ?? '')
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(0, 1), fc.string()), { maxLength: 8 }), (pieces) => {
      const body = Buffer.from(pieces.map((piece) => (typeof piece === 'number' ? texts[piece] : piece)).join(''))
      const parts = placeholders.slotsIn(body, 'application/json') ?? [body]
      const back = Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(texts[secrets.indexOf(part.secret as never)] ?? ''))))
      return back.equals(body) && parts.filter((part) => !Buffer.isBuffer(part)).length === pieces.filter((piece) => typeof piece === 'number').length
    }),
  )
  t.equal(placeholders.add({ secret: secretFor('three', []) }, 'f', 8), undefined, 'too short for one that nobody guesses')
  t.equal(placeholders.add({ secret: secretFor('three', []) }, 'f', 16)?.length, 16)
  t.end()
})
