import t from 'tap'
import { readDevice } from '../../../relay/proxy/device/device-credentials.ts'
import { readResponseHead } from '../../../relay/traffic/answers/response-head.ts'
import { destined, namesSameHost, readAuthority } from '../../../relay/traffic/requests/authority.ts'
import { readRequestHead } from '../../../relay/traffic/requests/request-head.ts'
import { readAbsoluteTarget, readTunnelTarget } from '../../../relay/traffic/requests/request-target.ts'
import fc from '../../property.ts'

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,11}$/)
const value = fc.stringMatching(/^[!-~]{0,12}$/)
const oneHop = ['Keep-Alive', 'TE', 'Trailer', 'Proxy-Connection', 'Proxy-Authorization', 'Upgrade', 'Login-Relay-Account']
const anyCase = fc.constantFrom(...oneHop).chain((name) => fc.constantFrom(name, name.toLowerCase(), name.toUpperCase()))
const field = fc.tuple(fc.oneof(token, anyCase), value)

t.test('readAuthority: what it takes it reads the same when written again, and it takes nothing that hides a second host', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.webAuthority({ withIPv4: true, withIPv6: true, withUserInfo: true, withPort: true }), fc.string()), (text) => {
      const read = readAuthority(text, 443)
      if (read === undefined) return true
      const again = readAuthority(`${read.host}:${read.port}`, 1)
      return (
        !/[@/\\?#%,\s]/.test(text) &&
        again?.host === read.host &&
        again.port === read.port &&
        new URL(`https://${read.host}:${read.port}`).hostname === read.host
      )
    }),
  )
  const cases: [text: string, expected: string | undefined][] = [
    ['site.test', 'site.test:443'],
    ['SITE.test:80', 'site.test:80'],
    ['127.1', '127.0.0.1:443'],
    ['0x7f000001:8080', '127.0.0.1:8080'],
    ['[::1]', '[::1]:443'],
    ['[0:0:0:0:0:0:0:1]:1', '[::1]:1'],
    ...[
      '',
      ':',
      ':80',
      'a:',
      'a:b',
      'a:0',
      'a:65536',
      'a@b',
      'a/b',
      'a b',
      'a,b',
      '[::1',
      '[::1]x',
      '[v1.a]',
      'a:1:2',
      '::1',
      'b\u00fccher.example',
      'a%2eb',
    ].map((text): [string, undefined] => [text, undefined]),
  ]
  for (const [text, expected] of cases) {
    const read = readAuthority(text, 443)
    t.equal(read && `${read.host}:${read.port}`, expected, text)
  }
})

t.test('targets: whatever is taken goes to the one place that target and Host name, and holds no fragment', async () => {
  const host = fc.constantFrom('site.test', 'SITE.test', 'evil.test', 'site.test:80', 'site.test:81', 'a@site.test', 'site.test.', '')
  const target = fc.oneof(
    fc
      .tuple(fc.constantFrom('http://', 'HTTP://', 'https://', 'http:/', '//', ''), host, fc.constantFrom('', '/', '/a?b', '?q', '#f', '/a#b', '//evil.test/'))
      .map((parts) => parts.join('')),
    fc.string(),
  )
  const place = destined('http', { host: 'site.test', port: 80 })
  fc.assert(
    fc.property(target, fc.option(host, { nil: undefined }), (url, hostField) => {
      for (const read of [readAbsoluteTarget(url, hostField), readTunnelTarget(url, hostField, place)]) {
        if (typeof read === 'string') continue
        if (!read.path.startsWith('/') || read.path.includes('#')) return false
        if (hostField !== undefined && !namesSameHost(hostField, read.place)) return false
        if (/^http:\/\//i.test(url) && new URL(url).host !== read.place.authority) return false
      }
      return true
    }),
    { numRuns: 2000 },
  )
})

t.test('readRequestHead: fields of one hop and those Connection names stay, all others pass in order', async () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), fc.array(token, { maxLength: 3 }), (fields, named) => {
      const known = new Set(['host', 'connection', 'cookie', 'expect', 'content-length', 'transfer-encoding', ...oneHop.map((name) => name.toLowerCase())])
      const raw = ['Host', 'a', ...fields.flat(), 'Connection', named.join(', ')]
      const read = readRequestHead(raw, '1.1')
      if (typeof read === 'string') return true
      const options = new Set(named.map((name) => name.toLowerCase()))
      return (
        read.fields.join('\n') ===
        fields
          .filter(([name]) => !known.has(name.toLowerCase()) && !options.has(name.toLowerCase()))
          .flat()
          .join('\n')
      )
    }),
  )
})

t.test('readResponseHead: the length goes where a coding frames the body, cookies never stand among the fields', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(field, fc.tuple(fc.constantFrom('Set-Cookie', 'set-cookie', 'Content-Length', 'Transfer-Encoding'), value)), { maxLength: 8 }),
      (fields) => {
        const { fields: passed, setCookies } = readResponseHead(fields.flat(), 200)
        const names = passed.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
        const cookies = fields.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value)
        return (
          !names.some((name) => ['set-cookie', 'transfer-encoding', 'keep-alive', 'login-relay-account'].includes(name)) &&
          setCookies.join('\n') === cookies.join('\n')
        )
      },
    ),
  )
  t.same(readResponseHead(['Content-Length', '5', 'Transfer-Encoding', 'chunked', 'X', 'y'], 200).fields, ['X', 'y'])
  t.same(readResponseHead(['Content-Length', '5'], 204).fields, [], 'RFC 9110 8.6: none in 204')
  t.same(readResponseHead(['Content-Length', '5'], 304).fields, ['Content-Length', '5'])
})

t.test('readDevice: the name ends at the first colon, as RFC 7617 has it', async (t) => {
  const asked: unknown[] = []
  const identity = {
    devicePrincipal: (token: string, name?: string) => {
      asked.push([name, token])
      return undefined
    },
  }
  for (const pair of ['terminal:lr_a:b', 'no-colon', ':lr_x']) readDevice(`Basic ${Buffer.from(pair).toString('base64')}`, identity)
  for (const text of [undefined, '', 'Basic', 'Basic ', 'Basic a b', 'Digest eDp5', 'Basic \u00e9']) readDevice(text, identity)
  t.same(asked, [
    ['terminal', 'lr_a:b'],
    ['', 'lr_x'],
  ])
})
