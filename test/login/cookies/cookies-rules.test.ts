import t from 'tap'
import { CookieJar } from '../../../relay/login/index.ts'
import fc from '../../property.ts'

/** A jar after these lines came from there. */
function jarWith(from: string, ...lines: readonly string[]): CookieJar {
  const jar = CookieJar.create()
  for (const line of lines) jar.set(Buffer.from(line).toString('latin1'), new URL(from))
  return jar
}

function sent(jar: CookieJar, to: string): string {
  return Buffer.from(jar.header(new URL(to)), 'latin1').toString()
}

t.test('a value goes back byte for byte, whatever its last byte is', async (t) => {
  for (const line of ['a=voilà', 'a=x\u00a0', 'à', 'ключ=значение', 'a="quoted \\" text"', 'a==b=', 'a=100%25 %zz +'])
    t.equal(sent(jarWith('https://site.test/', `${line}  ; Path=/`), 'https://site.test/'), line)
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      const value = Buffer.from(bytes.map((byte) => (byte <= 0x20 || byte === 0x3b || byte === 0x7f ? 0x7e : byte))).toString('latin1')
      const jar = CookieJar.create()
      jar.set(`name=${value}`, new URL('https://site.test/'))
      return jar.header(new URL('https://site.test/')) === `name=${value}`
    }),
  )
})

t.test('a Max-Age ends when it says, however often the cookie was in use and the jar restored', async (t) => {
  let now = Date.UTC(2030, 0)
  t.intercept(Date, 'now', { value: () => now })
  let jar = jarWith('https://site.test/', 'short=1; Max-Age=60', 'long=1; Max-Age=600; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'open=1')
  t.strictSame(
    jar.cookies().map(({ name, expires }) => [name, expires]),
    [
      ['short', now / 1000 + 60],
      ['long', now / 1000 + 600],
      ['open', undefined],
    ],
  )
  for (let second = 0; second < 59; second += 1) {
    now += 1000
    t.match(jar.header(new URL(`https://site.test/${second}`)), /short=1/)
    jar = CookieJar.restore(jar.serialise())
  }
  now += 1000
  t.equal(sent(jar, 'https://site.test/0'), 'long=1; open=1')
  t.notMatch(jar.serialise(), /short/, 'and is not kept either')
})

t.test('a prefix in any case promises what it says (RFC 6265bis section 5.7)', async (t) => {
  const kept = (line: string, from = 'https://site.test/') => jarWith(from, line).cookies().length === 1
  for (const [line, wanted] of [
    ['__Secure-a=1; Secure', true],
    ['__secure-a=1', false],
    ['__Host-a=1; Secure; Path=/', true],
    ['__HOST-a=1; Secure; Path=/; Domain=site.test', false],
    ['__host-a=1; Path=/', false],
    ['__Host-a=1; Secure', false],
    ['__Http-a=1; Secure; HttpOnly', true],
    ['__http-a=1; Secure', false],
    ['__Host-Http-a=1; Secure; HttpOnly; Path=/', true],
    ['__Host-Http-a=1; Secure; Path=/', false],
    ['__Host-Http-a=1; Secure; HttpOnly; Path=/x', false],
    ['=__Host-a=1; Secure', false],
    ['__SECURE-a; Secure', false],
  ] as const)
    t.equal(kept(line), wanted, line)
  t.equal(kept('__Secure-a=1; Secure', 'http://site.test/'), false)
})

t.test('Secure cookies need TLS, but within the machine; without it none is shadowed', async (t) => {
  for (const host of ['localhost', 'app.localhost', '127.0.0.1', '[::1]'])
    t.equal(sent(jarWith(`http://${host}:8080/`, 'a=1; Secure'), `http://${host}:8080/`), 'a=1')
  for (const host of ['site.test', '10.0.0.1', 'localhost.site.test']) t.equal(sent(jarWith(`http://${host}/`, 'a=1; Secure'), `https://${host}/`), '')
  const jar = jarWith('https://site.test/', 'a=safe; Secure')
  t.equal(jar.set('a=forged', new URL('http://site.test/')), false)
  t.equal(jar.set('a=forged; Domain=site.test', new URL('http://www.site.test/')), false)
  t.equal(sent(jar, 'http://site.test/'), '', 'and it does not leave without TLS')
  t.equal(sent(jar, 'https://site.test/'), 'a=safe')
})

t.test('addresses and names of one label have cookies of their own, and no others', async (t) => {
  for (const host of ['localhost', 'intranet', '10.0.0.1', '[2001:db8::1]', 'github.io'])
    t.match(jarWith(`http://${host}/`, `a=1; Domain=${host}`).cookies(), [{ name: 'a', hostOnly: true }], host)
  for (const [host, span] of [
    ['erp.intranet', 'intranet'],
    ['app.localhost', 'localhost'],
    ['10.0.0.1', '0.0.1'],
    ['me.github.io', 'github.io'],
    ['evil.test', 'site.test'],
  ])
    t.strictSame(jarWith(`http://${host}/`, `a=1; Domain=${span}`).cookies(), [], `${host} for ${span}`)
})

t.test('a cookie bomb fills nothing: cookies too long, too many, and headers too long', async (t) => {
  t.strictSame(jarWith('https://site.test/', `a=${'x'.repeat(4096)}`).cookies(), [])
  t.equal(jarWith('https://site.test/', `a=${'x'.repeat(4095)}`).cookies().length, 1)
  const jar = CookieJar.create()
  jar.set('session=1', new URL('https://www.site.test/'))
  for (let index = 0; index < 1000; index += 1) jar.set(`n${index}=${'x'.repeat(1000)}; Domain=site.test`, new URL(`https://h${index}.site.test/`))
  t.equal(jar.cookies().length, 180)
  t.ok(jar.header(new URL('https://www.site.test/')).length <= 16_384)
  t.match(jar.header(new URL('https://www.site.test/')), /^session=1/, 'the session is not pushed out')
  t.equal(jar.set('b=1', new URL('https://other.test/')), true, 'other sites have room')
  t.strictSame(jarWith('https://site.test/', `a=1; Path=/${'x'.repeat(1024)}`).cookies()[0]?.path, '/', 'an attribute too long is ignored alone')
})

t.test('cookies that have expired make room', async (t) => {
  let now = Date.UTC(2030, 0)
  t.intercept(Date, 'now', { value: () => now })
  const jar = CookieJar.create()
  const url = new URL('https://site.test/')
  for (let index = 0; index < 180; index += 1) jar.set(`nonce${index}=1; Max-Age=900`, url)
  t.equal(jar.set('session=1', url), false)
  now += 900_000
  t.equal(jar.set('session=1', url), true)
  t.equal(jar.header(url), 'session=1')
})

t.test('changes are told by name: set, changed, removed; the same value again is none', async (t) => {
  const url = new URL('https://site.test/')
  const jar = jarWith(url.href, 'a=1', 'b=1')
  const mark = jar.mark()
  for (const line of ['a=2', 'b=1', 'c=1', 'a=; Max-Age=0', 'unknown=; Max-Age=0']) jar.set(line, url)
  t.strictSame(jar.changesSince(mark), [
    { name: 'a', change: 'changed' },
    { name: 'c', change: 'set' },
    { name: 'a', change: 'removed' },
  ])
  t.strictSame(jar.changesSince(jar.mark()), [])
})

t.test('a header made once is made anew when a cookie changes its path, its value or its Secure', async (t) => {
  const jar = jarWith('https://site.test/a/', 'a=1; Path=/')
  t.equal(sent(jar, 'https://site.test/a/'), 'a=1')
  jar.set('b=2; Path=/a', new URL('https://site.test/'))
  t.equal(sent(jar, 'https://site.test/a/'), 'b=2; a=1', 'the longer path first')
  jar.set('b=3; Path=/a', new URL('https://site.test/'))
  t.equal(sent(jar, 'https://site.test/a/'), 'b=3; a=1')
  t.equal(sent(jar, 'http://site.test/a/'), 'b=3; a=1')
  jar.set('a=1; Path=/; Secure', new URL('https://site.test/'))
  t.equal(sent(jar, 'http://site.test/a/'), 'b=3')
  t.strictSame(jar.names(new URL('https://site.test/a/')), ['b', 'a'])
})

t.test('a jar restored is the jar that was kept: cookies, order, headers', async (t) => {
  const word = fc.string({ unit: fc.constantFrom('a', 'B', '1', '_', 'é', '%', '"'), minLength: 0, maxLength: 6 })
  const attribute = fc.constantFrom(
    ...[
      'Path=/',
      'Path=/a',
      'Path=/a%20b',
      'Domain=site.test',
      'Secure',
      'HttpOnly',
      'SameSite=Lax',
      'SameSite=None',
      'SameSite=x',
      'Max-Age=1000',
      'Max-Age=0',
    ],
    'Expires=Wed, 01 Jan 2070 00:00:00 GMT',
  )
  const line = fc.tuple(word, word, fc.array(attribute, { maxLength: 4 })).map(([name, value, rest]) => [`${name}=${value}`, ...rest].join('; '))
  const from = fc.constantFrom('https://www.site.test/a/b', 'http://site.test/', 'https://10.0.0.1/', 'http://intranet/x/')
  fc.assert(
    fc.property(fc.array(fc.tuple(line, from), { maxLength: 20 }), (lines) => {
      const jar = CookieJar.create()
      for (const [text, url] of lines) jar.set(text, new URL(url))
      const restored = CookieJar.restore(jar.serialise())
      t.strictSame(restored.cookies(), jar.cookies())
      for (const url of ['https://www.site.test/a/b', 'https://www.site.test/a%20b', 'http://site.test/', 'http://intranet/x/'])
        if (restored.header(new URL(url)) !== jar.header(new URL(url))) return false
      return restored.serialise() === jar.serialise()
    }),
  )
})
