import t from 'tap'
import { type DigestChallenge, digestCredentials, readDigestChallenge } from '../../../relay/outbound/secrets/digest.ts'
import { processorTime } from '../../processor-time.ts'
import fc from '../../property.ts'

const rfc = {
  challenge: {
    realm: 'http-auth@example.org',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    algorithm: 'MD5',
    opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
    qop: 'auth',
    userhash: false,
    stale: false,
  } satisfies DigestChallenge as DigestChallenge,
  username: 'Mufasa',
  password: 'Circle of Life',
  method: 'GET',
  uri: '/dir/index.html',
  count: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
}

t.test('the examples of RFC 7616 section 3.9.1', async (t) => {
  t.equal(
    digestCredentials(rfc),
    'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", algorithm=MD5, ' +
      'response="8ca523f5e9506fed4657c9700eebdbec", qop=auth, nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", ' +
      'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  )
  t.match(
    digestCredentials({ ...rfc, challenge: { ...rfc.challenge, algorithm: 'SHA-256' } }),
    'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
  )
})

t.test('the example of RFC 2069, without quality of protection, as errata 749 has it', async (t) => {
  const challenge = { ...rfc.challenge, realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', qop: undefined }
  const credentials = digestCredentials({ ...rfc, challenge, password: 'CircleOfLife' })
  t.match(credentials, 'response="1949323746fe6a43ef61f9606e7febea"')
  t.notMatch(credentials, /nc=|cnonce=|qop=/)
})

t.test('a user name that a quoted string cannot hold goes in the extended notation, or hashed where the site wants it so', async (t) => {
  const named = digestCredentials({ ...rfc, username: 'Jäsøn Doe' })
  t.match(named, "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, ")
  const hashed = digestCredentials({ ...rfc, username: 'Jäsøn Doe', challenge: { ...rfc.challenge, userhash: true } })
  t.match(hashed, /username="[0-9a-f]{32}", userhash=true/)
  t.match(digestCredentials({ ...rfc, username: 'a"\\b' }), 'username="a\\"\\\\b"')
  t.throws(() => digestCredentials({ ...rfc, challenge: { ...rfc.challenge, realm: 'a\r\nX: 1' } }), { code: 'bad_request' })
})

t.test('of several challenges the strongest that can be answered is taken, wherever it stands (section 3.7)', async (t) => {
  const challenge = (algorithm: string, more = '') =>
    `Digest realm="a, Digest b", nonce="n-${algorithm}", qop="auth,auth-int"${algorithm && `, algorithm=${algorithm}`}${more}`
  const nonceOf = (field: string) => readDigestChallenge(field)?.nonce
  t.equal(nonceOf([challenge('MD5'), challenge('SHA-256'), 'Basic realm="x"'].join(', ')), 'n-SHA-256')
  t.equal(nonceOf(['Negotiate', challenge('sha-512-256'), challenge('SHA-256')].join(',')), 'n-sha-512-256')
  t.equal(nonceOf(challenge('')), 'n-', 'without a name it is MD5')
  t.equal(nonceOf([challenge('TOTALLY-NEW'), challenge('MD5')].join(', ')), 'n-MD5')
  t.equal(nonceOf('Basic realm="Digest realm=x, nonce=y"'), undefined, 'what stands in quotes is no challenge')
  t.equal(nonceOf('Digest realm="x", nonce="y", qop="auth-int"'), undefined, 'bodies are streamed: none of them is hashed')
  t.equal(nonceOf('Negotiate abcdef=='), undefined)
  t.match(readDigestChallenge(challenge('MD5', ', stale=TRUE, userhash=true, opaque="\\"o"')), {
    stale: true,
    userhash: true,
    opaque: '"o',
    realm: 'a, Digest b',
  })
})

t.test('any header is read without failing, and what is answered holds no line break of it', async () => {
  const pieces = fc.constantFrom('Digest ', 'Basic ', 'realm="', 'nonce="', '"', ', ', '=', 'qop=auth', 'algorithm=MD5', '\\', 'é', ' ', 'stale=true')
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
      const challenge = readDigestChallenge(parts.join(''))
      if (challenge === undefined || /[\r\n\0]/.test(`${challenge.realm}${challenge.nonce}${challenge.opaque}`)) return true
      return !/[\r\n]/.test(digestCredentials({ ...rfc, challenge }))
    }),
  )
})

t.test('a long field is read at the cost of its length', async (t) => {
  const began = processorTime()
  for (const field of [`Digest ${'a'.repeat(60_000)}"`, `${'a="'.repeat(20_000)}`, `a="${'\\"'.repeat(30_000)}`, `a${' '.repeat(60_000)}"`])
    readDigestChallenge(field)
  t.ok(processorTime() - began < 500)
})
