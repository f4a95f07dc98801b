import t from 'tap'
import { isOwnHost } from '../../../relay/portal/web/host-rule.ts'

const facts = { listenHost: '127.0.0.1', publicHost: 'relay.example.com', localAddress: '127.0.0.1' }

t.test('the portal goes by its listen address, its public name, the address a client connected to, and localhost', async (t) => {
  for (const host of ['127.0.0.1:8470', 'relay.example.com', 'RELAY.example.com:443', 'localhost:9000', '[::1]:8470']) t.ok(isOwnHost({ ...facts, host }), host)
  t.ok(isOwnHost({ ...facts, listenHost: '0.0.0.0', localAddress: '::ffff:192.168.1.5', host: '192.168.1.5:8470' }))
  t.ok(isOwnHost({ ...facts, listenHost: '[::]', localAddress: 'fd00::5', host: '[fd00::5]:8470' }))
})

t.test('it goes by no other name, however much it looks like one of its own', async (t) => {
  const others = [
    undefined,
    '',
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'relay.example.com.evil.example',
    'relay.example.com@evil.example',
    'relay.example.com/evil',
    '127.0.0.2:8470',
    '192.168.1.6',
    'localhost:8470:1',
    'localhost:',
    'xrelay.example.com',
    'relay.example.com, localhost',
  ]
  for (const host of others) t.notOk(isOwnHost({ ...facts, host }), String(host))
})
