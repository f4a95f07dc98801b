import t from 'tap'
import { readHost } from '../../../relay/outbound/destinations/host.ts'
import fc from '../../property.ts'

t.test('names and addresses in their standard spelling are read', async (t) => {
  t.match(readHost('Site.Example'), { name: 'site.example', isAddress: false })
  t.match(readHost('site.example.'), { name: 'site.example.', isAddress: false })
  t.match(readHost('intra_net'), { name: 'intra_net', isAddress: false })
  t.match(readHost('xn--bcher-kva.example'), { isAddress: false })
  t.match(readHost('1.example'), { isAddress: false })
  t.match(readHost('192.0.2.7'), { name: '192.0.2.7', isAddress: true })
  t.match(readHost('[2001:DB8::1]'), { name: '2001:db8::1', isAddress: true })
  t.match(readHost('2001:db8::1'), { isAddress: true })
})

t.test('other spellings of an address, and what is no host, are refused before any look-up', async (t) => {
  const texts = [
    ...['', '.', '..', 'a..b', '-a', 'a-', 'a b', 'a/b', 'a:80', 'a@b', 'a%00b', 'a\tb', 'a\n', 'bücher.example', '①②⑦.0.0.1', '127。0。0。1'],
    ...['127.1', '0', '2130706433', '0177.0.0.1', '0x7f.1', '0x7f000001', '127.0.0.1.', '127%2e0%2e0%2e1', '1.2.3.4.5', 'a.1', 'a.0x'],
    ...['::1%lo', '[::1', '::1]', '[fe80::1%25lo]', '[127.0.0.1]', '[::1]a', 'x'.repeat(64), 'x.'.repeat(128)],
  ]
  for (const text of texts) t.throws(() => readHost(text), { code: 'destination_refused' }, JSON.stringify(text))
})

t.test('a name that is read is one a URL keeps as it is', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.string(), fc.ipV4Extended(), fc.ipV6()), (text) => {
      const host = attempt(() => readHost(text))
      if (host === undefined) return true
      const shown = host.name.includes(':') ? `[${host.name}]` : host.name
      const url = URL.parse(`http://${shown}/`)
      // IPv6 is spelled anew; a name in A-labels that IDNA rejects is no URL at all.
      return url === null || host.name.includes(':') || url.hostname === host.name
    }),
    { numRuns: 500 },
  )
})

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
