import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { associate, type Box, fromText, openBox, sealBox, toText } from '../../relay/vault/aead.ts'
import fc from '../property.ts'

interface Suite {
  readonly testGroups: readonly { readonly tests: readonly Vector[] }[]
}

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly msg: string
  readonly ct: string
  readonly tag: string
  readonly result: 'valid' | 'invalid'
}

const file = new URL('../../../shared/vectors/aead/aes-256-gcm-96.json', import.meta.url)
const missing = existsSync(file) || process.env.CI === 'true' ? false : 'the vectors aead are not in this checkout'
const hex = (text: string) => Buffer.from(text, 'hex')
const bytes = fc.uint8Array({ maxLength: 100 })
const key = fc.uint8Array({ minLength: 32, maxLength: 32 })

t.test('Wycheproof: what is valid opens to its message, what is not gives nothing', { skip: missing }, async (t) => {
  const suite = JSON.parse(readFileSync(file, 'utf8')) as Suite
  const vectors = suite.testGroups.flatMap(({ tests }) => tests)
  t.ok(vectors.length > 60 && vectors.some(({ result }) => result === 'invalid'))
  for (const { tcId, comment, key, iv, aad, msg, ct, tag, result } of vectors) {
    const opened = openBox(hex(key), { nonce: hex(iv), data: hex(ct), tag: hex(tag) }, hex(aad))
    t.equal(opened?.toString('hex'), result === 'valid' ? msg : undefined, `${tcId} ${result} ${comment}`)
  }
})

t.test('what is sealed opens with the same key and associated data, through its text form too', async () => {
  fc.assert(
    fc.property(key, bytes, bytes, (key, plaintext, associated) => {
      const box = fromText(toText(sealBox(key, plaintext, associated))) as Box
      return openBox(key, box, associated)?.equals(plaintext) === true
    }),
  )
})

t.test('another key or other associated data opens nothing', async () => {
  fc.assert(
    fc.property(key, key, bytes, bytes, (right, wrong, plaintext, associated) => {
      const box = sealBox(right, plaintext, associated)
      fc.pre(!Buffer.from(right).equals(wrong))
      return openBox(wrong, box, associated) === undefined && openBox(right, box, Buffer.concat([associated, Buffer.of(0)])) === undefined
    }),
  )
})

t.test('nonce and tag of any other length open nothing', async (t) => {
  const secret = Buffer.alloc(32, 7)
  const associated = Buffer.from('a')
  const box = sealBox(secret, Buffer.from('plaintext'), associated)
  for (let length = 0; length < 16; length += 1)
    t.equal(openBox(secret, { ...box, tag: box.tag.subarray(0, length) }, associated), undefined, `tag of ${length} bytes`)
  t.equal(openBox(secret, { ...box, tag: Buffer.concat([box.tag, Buffer.of(0)]) }, associated), undefined)
  for (const length of [0, 1, 8, 11]) t.equal(openBox(secret, { ...box, nonce: box.nonce.subarray(0, length) }, associated), undefined)
  t.equal(openBox(secret, { ...box, nonce: Buffer.concat([box.nonce, Buffer.of(0)]) }, associated), undefined)
  t.ok(openBox(secret, box, associated))
})

t.test('no nonce comes twice', async (t) => {
  const secret = Buffer.alloc(32, 7)
  const nonces = Array.from({ length: 5000 }, () => sealBox(secret, Buffer.of(1), Buffer.of(2)).nonce)
  t.equal(new Set(nonces.map((nonce) => nonce.toString('hex'))).size, nonces.length)
  t.ok(nonces.every(({ length }) => length === 12))
})

t.test('no two lists of parts give the same associated data', async () => {
  const parts = fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', ']', '[', '\ud800', '\n', 'é') }), { maxLength: 4 })
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b))
      return !associate(...a).equals(associate(...b))
    }),
    { numRuns: 2000 },
  )
})

t.test('one box has one spelling: text that decodes to the same bytes is not taken', async (t) => {
  const text = toText(sealBox(Buffer.alloc(32, 7), Buffer.from('plain'), Buffer.of(1)))
  t.ok(fromText(text))
  const respelled: Record<string, (value: string) => unknown> = {
    'a line end after it': (value) => `${value}\n`,
    'a space within it': (value) => `${value.slice(0, 4)} ${value.slice(4)}`,
    'padding left out or added': (value) => (value.endsWith('=') ? value.replace(/=+$/, '') : `${value}=`),
    'not text': (value) => [value],
    absent: () => undefined,
  }
  for (const field of ['nonce', 'data', 'tag'] as const) {
    for (const [name, respell] of Object.entries(respelled)) t.equal(fromText({ ...text, [field]: respell(text[field]) }), undefined, `${field}: ${name}`)
  }
  t.equal(fromText({ ...text, tag: '/////////////////////w==' })?.tag.length, 16)
  t.equal(fromText({ ...text, tag: '/////////////////////x==' }), undefined, 'stray bits at the end')
  t.equal(fromText({ ...text, tag: '_____________________w==' }), undefined, 'the URL alphabet')
})
