import { constants, createDecipheriv, createHash, createHmac, generateKeyPairSync, privateDecrypt } from 'node:crypto'
import smCrypto from 'sm-crypto'
import t from 'tap'
import { type Derivation, derive, type Operation, operations } from '../../relay/derivation/index.ts'
import fc from '../property.ts'

const secret: Derivation = { is: 'secret' }
const text = (given: string): Derivation => ({ is: 'text', text: given })
const joined = (...of: Derivation[]): Derivation => ({ is: 'joined', of })
const made = (by: Operation, of: readonly Derivation[], as: Extract<Derivation, { is: 'made' }>['as'] = operations[by].as): Derivation => ({
  is: 'made',
  by,
  of,
  as,
})

t.test('hashes and their nesting are what the page scripts compute', async (t) => {
  const md5 = (given: string) => createHash('md5').update(given).digest('hex')
  t.equal(derive('pässwörd', made('md5', [secret])), md5('pässwörd'))
  t.equal(derive('p', made('md5', [joined(made('md5', [secret]), text('salt'))])), md5(`${md5('p')}salt`))
  t.equal(derive('p', made('sha256', [secret], 'base64')), createHash('sha256').update('p').digest('base64'))
  t.equal(derive('p', made('sha1', [secret], 'HEX')), createHash('sha1').update('p').digest('hex').toUpperCase())
  t.equal(derive('p', made('hmacSha512', [text('nonce'), secret])), createHmac('sha512', 'nonce').update('p').digest('hex'))
  t.equal(derive('p', made('md5', [made('md5', [secret], 'bytes')])), createHash('md5').update(createHash('md5').update('p').digest()).digest('hex'))
  // GB/T 32905, appendix A.1.
  t.equal(derive('abc', made('sm3', [secret])), '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
  // What sm-crypto makes of characters beyond the first plane is not UTF-8.
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'abcé密码 ß€') }), (given) => derive(given, made('sm3', [secret])) === smCrypto.sm3(given)))
})

t.test('what is encrypted is decrypted by whoever has the key', async (t) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const keys = {
    PEM: pem,
    'PEM in a script': pem.replaceAll('\n', '\\n'),
    'PEM on one line': pem.replaceAll('\n', ' '),
    'PKCS#1': rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    'the base64 inside': pem.replace(/-----.*-----|\n/g, ''),
  }
  const opened = (cipher: string, padding: number, oaepHash = 'sha1') =>
    privateDecrypt({ key: rsa.privateKey, padding, oaepHash }, Buffer.from(cipher, 'base64')).toString()
  for (const [name, key] of Object.entries(keys))
    t.equal(opened(derive('pässwörd', made('rsa', [text(key), secret])), constants.RSA_PKCS1_PADDING), 'pässwörd', name)
  t.equal(opened(derive('p', made('rsaOaep', [text(pem), secret])), constants.RSA_PKCS1_OAEP_PADDING), 'p')
  t.equal(opened(derive('p', made('rsaOaepSha256', [text(pem), secret])), constants.RSA_PKCS1_OAEP_PADDING, 'sha256'), 'p')

  // Textbook RSA: the number to the power of the exponent.
  const { n = '', e = '' } = rsa.publicKey.export({ format: 'jwk' })
  const [modulus, exponent] = [n, e].map((one) => Buffer.from(one, 'base64url').toString('hex')) as [string, string]
  const power = (of: string) => {
    let [product, base, left] = [1n, BigInt(`0x${Buffer.from(of).toString('hex')}`), BigInt(`0x${exponent}`)]
    for (; left > 0n; left >>= 1n, base = (base * base) % BigInt(`0x${modulus}`)) if (left & 1n) product = (product * base) % BigInt(`0x${modulus}`)
    return product.toString(16).padStart(modulus.length, '0')
  }
  t.equal(derive('pässwörd', made('rsaRaw', [text(modulus), text(exponent), secret])), power('pässwörd'))
  t.equal(derive('pässwörd', made('rsaRaw', [text(pem), made('reverse', [secret])])), power('dröwssäp'))
  t.throws(() => derive('x'.repeat(129), made('rsaRaw', [text(pem), secret])), { code: 'transform_unfit' })

  const [key, iv] = ['0123456789abcdef', 'fedcba9876543210']
  const aes = createDecipheriv('aes-128-cbc', key, iv)
  const cipher = derive('p', made('aesCbc', [text(key), text(iv), secret]))
  t.equal(aes.update(cipher, 'base64', 'utf8') + aes.final('utf8'), 'p')
  const sm4 = createDecipheriv('sm4-ecb', key, null)
  t.equal(sm4.update(derive('p', made('sm4Ecb', [text(key), secret])), 'base64', 'utf8') + sm4.final('utf8'), 'p')

  const sm2 = smCrypto.sm2.generateKeyPairHex()
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200 }), fc.boolean(), fc.boolean(), (given, isOld, isBare) => {
      const by = isOld ? 'sm2C1C2C3' : 'sm2'
      const sent = derive(given, made(by, [text(isBare ? sm2.publicKey.slice(2) : sm2.publicKey), secret]))
      return smCrypto.sm2.doDecrypt(sent, sm2.privateKey, isOld ? 0 : 1) === given
    }),
    { numRuns: 20 },
  )
})

t.test('keys of many sites in turn, more than are remembered, each open what was sealed for them', async (t) => {
  const pairs = Array.from({ length: 70 }, () => smCrypto.sm2.generateKeyPairHex())
  const sealed = [...pairs, ...pairs, ...pairs].map(({ publicKey }) => derive('given', made('sm2', [text(publicKey), secret])))
  for (const at of [0, 5, 69, 70, 75, 139, 140, 145, 209])
    t.equal(smCrypto.sm2.doDecrypt(sealed[at] ?? '', pairs[at % 70]?.privateKey ?? '', 1), 'given', String(at))
})

t.test('a key that cannot be used is told without being quoted, and so is nothing of the secret', async (t) => {
  const bad: readonly Derivation[] = [
    made('rsa', [text('canary-key'), secret]),
    made('rsa', [text('zz'), text('10001'), secret]),
    made('rsa', [text(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString()), secret]),
    made('aesCbc', [text('short canary'), text('x'), secret]),
    made('sm2', [text('04canary'), secret]),
    made('sm2', [text(`04${'0'.repeat(128)}`), secret]),
    made('unhex', [text('canary')]),
    made('md5', [text('x'.repeat(70_000)), secret].slice(0, 1)),
  ]
  for (const [index, derivation] of bad.slice(0, 7).entries()) {
    t.throws(() => derive('canary-secret', derivation), { code: 'transform_unfit' }, String(index))
    try {
      derive('canary-secret', derivation)
    } catch (error) {
      t.notMatch(JSON.stringify(error) + String(error), 'canary')
    }
  }
  const deep = Array.from({ length: 20 }).reduce<Derivation>((inner) => made('md5', [inner]), secret)
  t.throws(() => derive('p', deep), { code: 'transform_unfit' }, 'nested without end')
})

t.test('every text on the way that lets its finder in is told, and nothing that the page gave', async (t) => {
  const heard: string[] = []
  const md5 = (given: string) => createHash('md5').update(given).digest('hex')
  derive('p', made('upper', [made('md5', [joined(made('md5', [secret]), made('sha1', [text('salt')]))])]), (one) => heard.push(one))
  const outer = md5(md5('p') + createHash('sha1').update('salt').digest('hex'))
  t.same(new Set(heard), new Set([md5('p'), outer].flatMap((one) => [one, one.toUpperCase()])))
})
