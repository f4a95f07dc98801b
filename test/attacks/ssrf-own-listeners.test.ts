import { networkInterfaces } from 'node:os'
import t from 'tap'
import { checkAddress, reachOf } from '../../relay/control/notices/delivery/check-address.ts'
import { sendWebhook, type WebhookTarget } from '../../relay/control/notices/delivery/send-webhook.ts'
import type { Notice } from '../../relay/control/notices/index.ts'
import { sendPush } from '../../relay/control/notices/push/send-push.ts'
import type { Destination } from '../../relay/outbound/index.ts'
import { browserKeys } from '../control/notices/push/push-service.ts'
import { get, outboundForTest, read, rejection } from '../outbound/outbound-for-test.ts'
import { answering, startRawOrigin } from '../outbound/raw-origin.ts'

const ok = answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
const everywhere = { id: 'site', networks: ['public', 'private', 'loopback'] } as const

function at(host: string, port: number): Destination & { origins: [string] } {
  return { ...everywhere, origins: [`http://${host}:${port}`] }
}

t.test("the relay's own listener is refused, though its address is enrolled; the port beside it is not", async (t) => {
  const relay = await startRawOrigin(t, { onData: ok })
  const other = await startRawOrigin(t, { onData: ok })
  const outbound = outboundForTest(t)
  const relayItself = { code: 'destination_refused', message: /it is the relay itself/ }
  const [name, address] = [at('name.test', relay.port), at('127.0.0.1', relay.port)]
  outbound.refuseOwn([{ address: '127.0.0.1', port: relay.port }])
  t.match(await rejection(outbound.forward(name, get(name.origins[0]))), relayItself)
  t.match(await rejection(outbound.forward(address, get(address.origins[0]))), relayItself)
  const mapped = at('[::ffff:127.0.0.1]', relay.port)
  t.match(await rejection(outbound.forward(mapped, get(mapped.origins[0]))), relayItself)
  t.match(await rejection(outbound.connect('127.0.0.1', relay.port)), relayItself)
  t.equal(relay.accepted, 0)
  const beside = at('127.0.0.1', other.port)
  t.equal(await read((await outbound.forward(beside, get(beside.origins[0]))).body), 'ok')
})

for (const wildcard of ['0.0.0.0', '::']) {
  t.test(`a listener on ${wildcard} is refused at every address of this machine`, async (t) => {
    const relay = await startRawOrigin(t, { address: wildcard, onData: ok })
    const outbound = outboundForTest(t)
    outbound.refuseOwn([{ address: wildcard, port: relay.port }])
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    const usable = own.filter(({ address }) => !/^fe80:/i.test(address)).map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address))
    for (const host of [...usable, '127.0.0.1', '127.1.2.3', '[::1]']) {
      const destination = at(host, relay.port)
      t.match(await rejection(outbound.forward(destination, get(destination.origins[0]))), { message: /it is the relay itself/ }, host)
    }
    t.equal(relay.accepted, 0)
  })
}

t.test('a tunnel or a webhook to a public address of this very machine is refused, whatever the port', async (t) => {
  const { decideDestination } = await import('../../relay/outbound/destinations/destination-rule.ts')
  const address = { address: '8.8.8.8', class: 'public', words: 'a public address' } as const
  const own = { isListener: false, isThisMachine: true }
  t.match(decideDestination(address, own, { kind: 'tunnel' }), { ok: false })
  t.match(decideDestination(address, own, { kind: 'site', networks: ['public'], isLiteral: false, isElsewhere: true }), { ok: false })
  t.match(decideDestination(address, own, { kind: 'site', networks: ['public'], isLiteral: false }), { ok: true }, 'a site that is enrolled there is reached')
})

t.test('what somebody names who does not run the relay is not on its machine, by whatever address', async (t) => {
  const beside = await startRawOrigin(t, { onData: ok })
  const outbound = outboundForTest(t)
  const site = at('127.0.0.1', beside.port)
  t.equal(await read((await outbound.forward(site, get(site.origins[0]))).body), 'ok', 'a site that is enrolled there')
  // Of the same name: what was opened for the site is not for it.
  const webhook = { ...site, isElsewhere: true }
  t.match(await rejection(outbound.forward(webhook, get(site.origins[0]))), { message: /it is the relay's own machine/ })
  const notice: Notice = { id: '1', owner: 'ann', kind: 'account-used', at: 0 }
  const url = `http://127.0.0.1:${beside.port}/`
  const [hook, browser] = [{ owner: 'ann', url, secret: Buffer.alloc(32) }, pushTarget(url)] as const
  const sender = { key: { authorization: () => 'vapid' }, contact: 'https://relay.example' }
  const ways = [
    (reach: WebhookTarget['reach']) => sendWebhook(outbound, notice, { ...hook, reach }, 0, AbortSignal.timeout(10_000)),
    (reach: WebhookTarget['reach']) => sendPush(outbound, notice, { ...browser, reach }, sender, 0, AbortSignal.timeout(10_000)),
  ]
  for (const send of ways) {
    t.match(await rejection(send(reachOf('public'))), { message: /it is the relay's own machine/ }, 'where the operator allows no private address')
    t.equal(await rejection(send(reachOf('private'))), undefined, 'and where he does')
  }
})

t.test("the address of a webhook at the relay's own listener is refused when it is set", async (t) => {
  const relay = await startRawOrigin(t, { onData: ok })
  const outbound = outboundForTest(t)
  outbound.refuseOwn([{ address: '127.0.0.1', port: relay.port }])
  const check = (url: string) => rejection(checkAddress(url, 'the address of a webhook', { outbound, webhooks: 'private' }))
  t.match(await check(`http://127.0.0.1:${relay.port}/hook`), { code: 'destination_refused', message: /it is the relay itself/ })
  t.equal(await check(`http://127.0.0.1:${relay.port === 1 ? 2 : 1}/hook`), undefined, 'beside it')
})

t.test('what is given replaces what was given before, and must be addresses', async (t) => {
  const relay = await startRawOrigin(t, { onData: ok })
  const outbound = outboundForTest(t)
  outbound.refuseOwn([{ address: '127.0.0.1', port: relay.port }])
  outbound.refuseOwn([{ address: '127.0.0.1', port: relay.port === 1 ? 2 : 1 }])
  const destination = at('127.0.0.1', relay.port)
  t.equal(await read((await outbound.forward(destination, get(destination.origins[0]))).body), 'ok')
  t.throws(() => outbound.refuseOwn([{ address: 'localhost', port: 1 }]))
})

function pushTarget(endpoint: string) {
  const { p256dh, auth } = browserKeys()
  return { endpoint, p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url') }
}
