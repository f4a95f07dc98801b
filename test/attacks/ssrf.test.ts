import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Destination, Outbound } from '../../relay/outbound/index.ts'
import { get, loopbackSite, outboundForTest, read, rejection } from '../outbound/outbound-for-test.ts'
import { answering, type RawOrigin, startRawOrigin } from '../outbound/raw-origin.ts'

const folder = join(import.meta.dirname, '../../../shared/vectors/ssrf')
const skip = !process.env.CI && !existsSync(folder) && 'the vectors are not here'
const load = (name: string) => (existsSync(folder) || process.env.CI ? JSON.parse(readFileSync(join(folder, name), 'utf8')) : {})
const hosts: { spellings: { url: string; means: string }[]; parser_disagreements: string[]; schemes_to_refuse: string[]; connect_targets: string[] } = load(
  'hosts-that-mean-an-internal-address.json',
)
const metadataUrls: string[] = load('cloud-metadata-urls.json')

/** Names as an attacker's or a cloud's resolver answers them. Whatever is not here leads to loopback. */
const names = {
  metadata: ['169.254.169.254'],
  'metadata.google.internal': ['169.254.169.254'],
  'instance-data': ['169.254.169.254'],
  'rancher-metadata': ['169.254.169.250'],
  'metadata.packet.net': ['169.254.169.254'],
  localhost: ['::1', '127.0.0.1'],
  'localhost.': ['127.0.0.1'],
}

/** Answers on every address of this machine: whatever is not refused arrives here. */
async function startTrap(t: Test): Promise<RawOrigin> {
  return startRawOrigin(t, { address: '::', onData: answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n') })
}

const enrolled: Destination = { id: 'site', origins: ['http://allowed.test'], networks: ['public'] }

t.test('the trap works: what is allowed arrives', async (t) => {
  const trap = await startTrap(t)
  const outbound = outboundForTest(t)
  for (const host of ['127.0.0.1', '[::1]', 'name.test']) {
    const origin = `http://${host}:${trap.port}`
    await read((await outbound.forward(loopbackSite(origin), get(origin))).body)
  }
  t.equal(trap.accepted, 3)
})

t.test('no spelling of an internal address is reached', { skip }, async (t) => {
  const trap = await startTrap(t)
  const outbound = outboundForTest(t, names)
  const urls = [...hosts.spellings.map(({ url }) => url), ...metadataUrls.filter((url) => !url.startsWith('https://rancher.com/'))]
  t.ok(urls.length > 90)
  for (const text of urls) await refuseEverywhere(t, outbound, text, trap.port)
  t.equal(trap.accepted, 0)
})

async function refuseEverywhere(t: Test, outbound: Outbound, text: string, port: number): Promise<void> {
  const rawHost = /^https?:\/\/(\[[^\]]*\]|[^/:]*)/.exec(text)?.[1] ?? ''
  t.match(await rejection(outbound.connect(rawHost, port)), { code: 'destination_refused', message: /:.+/ }, `CONNECT ${rawHost}`)
  const networks = await outbound.networksOf(rawHost).catch((error) => error.code)
  if (networks !== 'destination_refused') t.notOk(networks.includes('public'), `enrolling ${rawHost}`)
  const url = URL.parse(text)
  if (url === null) return
  url.port = String(port)
  t.match(await rejection(outbound.agent(enrolled).send({ method: 'GET', url, headers: [] })), { code: 'destination_refused' }, `${text} from a page`)
  t.match(await rejection(outbound.forward(enrolled, get(url.origin))), { code: 'destination_refused' }, `${text} through the proxy`)
  // As if the host had been enrolled while it led to a public address.
  const moved = { ...enrolled, id: text, origins: [url.origin] }
  t.match(await rejection(outbound.forward(moved, get(url.origin))), { code: 'destination_refused' }, `${text}, enrolled as public`)
  t.match(await rejection(outbound.upgrade(moved, get(url.origin))), { code: 'destination_refused' }, `${text}, WebSocket`)
  t.match(await rejection(outbound.connect(url.hostname, port)), { code: 'destination_refused' }, `CONNECT ${url.hostname}`)
}

t.test('targets that parsers disagree about reach only what the one parser here says, and that is checked', { skip }, async (t) => {
  const trap = await startTrap(t)
  const outbound = outboundForTest(t)
  for (const text of hosts.parser_disagreements) {
    const url = URL.parse(text, 'http://allowed.test/')
    if (url === null) continue
    t.match(await rejection(outbound.agent(enrolled).send({ method: 'GET', url, headers: [] })), { code: 'destination_refused' }, text)
    const rawHost = text.replace(/^.*?\/\//, '').replace(/\/$/, '')
    t.match(await rejection(outbound.connect(rawHost, trap.port)), { code: 'destination_refused' }, `CONNECT ${JSON.stringify(rawHost)}`)
  }
  t.equal(trap.accepted, 0)
})

t.test('no other scheme is opened, not even one that was enrolled', { skip }, async (t) => {
  const outbound = outboundForTest(t)
  for (const text of hosts.schemes_to_refuse) {
    const url = new URL(text)
    const destination = { ...loopbackSite(url.origin, 'null'), id: text }
    t.match(await rejection(outbound.agent(destination).send({ method: 'GET', url, headers: [] })), { code: 'destination_refused' }, text)
  }
})

t.test('CONNECT targets that lead inside, or are none, are refused with a reason', { skip }, async (t) => {
  const trap = await startTrap(t)
  // Were it not for the port, allowed.test would be connected to.
  const outbound = outboundForTest(t, { ...names, 'allowed.test': ['8.8.8.8'] })
  for (const target of hosts.connect_targets) {
    const at = target.lastIndexOf(':')
    const error = await rejection(outbound.connect(target.slice(0, at), Number(target.slice(at + 1))))
    t.match(error, { code: 'destination_refused', message: /^The relay does not connect to .+: .+\.$/ }, target)
  }
  for (const port of [Number.NaN, 1.5, -0]) t.match(await rejection(outbound.connect('allowed.test', port)), { code: 'destination_refused' })
  t.equal(trap.accepted, 0)
})

t.test('enrolling is not offered as the way out where it is none', async (t) => {
  const outbound = outboundForTest(t, names)
  t.match(await rejection(outbound.connect('metadata', 80)), { message: 'The relay does not connect to metadata: it is a cloud metadata address.' })
  const destination = { ...loopbackSite('http://metadata'), networks: ['public', 'private', 'loopback'] as const }
  t.match(await rejection(outbound.forward(destination, get('http://metadata'))), { message: /: it is a cloud metadata address\.$/ })
})

t.test('an answer of the resolver that is no address is refused', async (t) => {
  for (const answer of ['127.1', '0x7f000001', 'localhost', '', '::1%lo']) {
    const outbound = outboundForTest(t, { 'odd.test': [answer] })
    t.match(await rejection(outbound.connect('odd.test', 80)), { code: 'destination_refused' }, JSON.stringify(answer))
  }
})
