import { createECDH } from 'node:crypto'
import fc from 'fast-check'
import ece from 'http_ece'
import t from 'tap'
import { areKeys, encryptMessage, longestMessage } from '../../../../relay/control/notices/push/encrypt-message.ts'
import { browserKeys } from './push-service.ts'

const bytes = (text: string) => Buffer.from(text, 'base64url')

/** RFC 8291 section 5 and appendix A. */
const example = {
  text: 'When I grow up, I want to be a watermelon',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  senderPrivate: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  senderPublic: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  browserPrivate: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  body: 'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
}

t.test('the example of RFC 8291 comes out as it stands there, byte by byte', async (t) => {
  const sender = createECDH('prime256v1')
  sender.setPrivateKey(bytes(example.senderPrivate))
  t.equal(sender.getPublicKey('base64url'), example.senderPublic)
  const text = Buffer.from(example.text)
  const keys = { p256dh: bytes(example.p256dh), auth: bytes(example.auth) }
  t.equal(encryptMessage(text, keys, text.length, { salt: bytes(example.salt), sender }).toString('base64url'), example.body)
  const privateKey = createECDH('prime256v1')
  privateKey.setPrivateKey(bytes(example.browserPrivate))
  t.equal(ece.decrypt(bytes(example.body), { version: 'aes128gcm', privateKey, authSecret: bytes(example.auth) }).toString(), example.text)
})

t.test('what is encrypted for a browser opens there by another’s implementation, whatever it holds and however it is filled up', async (t) => {
  const { p256dh, auth, decrypt } = browserKeys()
  const keys = { p256dh: bytes(p256dh), auth: bytes(auth) }
  const sized = fc.uint8Array({ maxLength: longestMessage }).chain((text) => fc.tuple(fc.constant(text), fc.integer({ min: text.length, max: longestMessage })))
  fc.assert(
    fc.property(sized, ([text, paddedTo]) => {
      const body = encryptMessage(text, keys, paddedTo)
      return body.length === 103 + paddedTo && decrypt(body).equals(text)
    }),
    { numRuns: 50 },
  )
  t.equal(encryptMessage(Buffer.alloc(1), keys, longestMessage).length, 4096, 'no more than every service takes')
  t.throws(() => encryptMessage(Buffer.alloc(longestMessage + 1), keys, longestMessage + 1))
  t.throws(() => encryptMessage(Buffer.alloc(11), keys, 10))
})

t.test('two messages of the same text have neither salt nor key nor anything else in common', async (t) => {
  const { p256dh, auth } = browserKeys()
  const keys = { p256dh: bytes(p256dh), auth: bytes(auth) }
  const [first, second] = [encryptMessage(Buffer.from('text'), keys, 100), encryptMessage(Buffer.from('text'), keys, 100)] as const
  t.notOk(first.subarray(0, 16).equals(second.subarray(0, 16)), 'the salt')
  t.notOk(first.subarray(21, 86).equals(second.subarray(21, 86)), 'the key')
  t.notOk(first.subarray(86).equals(second.subarray(86)))
})

t.test('nobody else opens it, and a changed one opens for nobody', async (t) => {
  const ann = browserKeys()
  const body = encryptMessage(Buffer.from('for ann'), { p256dh: bytes(ann.p256dh), auth: bytes(ann.auth) }, 100)
  t.throws(() => browserKeys().decrypt(body))
  for (const at of [0, 22, 90, body.length - 1]) {
    const changed = Buffer.from(body)
    changed[at] = (changed[at] ?? 0) ^ 1
    t.throws(() => ann.decrypt(changed), `byte ${at}`)
  }
})

t.test('keys that are no keys of a browser are known as such: too short, compressed, or no point of the curve', async (t) => {
  const { p256dh, auth } = browserKeys()
  const good = { p256dh: bytes(p256dh), auth: bytes(auth) }
  const offCurve = Buffer.from(good.p256dh)
  offCurve[64] = (offCurve[64] ?? 0) ^ 1
  const another = createECDH('prime256v1')
  another.generateKeys()
  t.ok(areKeys(good))
  t.notOk(areKeys({ ...good, p256dh: offCurve }))
  t.notOk(areKeys({ ...good, p256dh: another.getPublicKey(null, 'compressed') }))
  t.notOk(areKeys({ ...good, p256dh: Buffer.concat([Buffer.of(4), Buffer.alloc(64)]) }))
  t.notOk(areKeys({ ...good, auth: good.auth.subarray(1) }))
  t.notOk(areKeys({ p256dh: Buffer.alloc(0), auth: Buffer.alloc(0) }))
})
