import t from 'tap'
import { codeAt, readTotpKey, TotpCodes } from '../../../relay/outbound/secrets/totp.ts'
import fc from '../../property.ts'

/** ASCII in base32. */
function base32(text: string): string {
  const bits = Array.from(Buffer.from(text), (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

t.test('the test values of RFC 6238, appendix B', async (t) => {
  const digits = '1234567890'.repeat(7)
  const keys = { sha1: digits.slice(0, 20), sha256: digits.slice(0, 32), sha512: digits.slice(0, 64) }
  const values: readonly (readonly [seconds: number, algorithm: keyof typeof keys, code: string])[] = [
    [59, 'sha1', '94287082'],
    [59, 'sha256', '46119246'],
    [59, 'sha512', '90693936'],
    [1111111109, 'sha1', '07081804'],
    [1111111111, 'sha256', '67062674'],
    [20000000000, 'sha512', '47863826'],
  ]
  for (const [seconds, algorithm, code] of values) {
    const key = readTotpKey(`otpauth://totp/x?secret=${base32(keys[algorithm])}&algorithm=${algorithm.toUpperCase()}&digits=8`)
    t.equal(codeAt(key, seconds), code, `${algorithm} at ${seconds}`)
  }
})

t.test('a key is read as sites show it: in groups, in small letters, as an address', async (t) => {
  const wanted = { secret: 'JBSWY3DPEHPK3PXP', algorithm: 'sha1', digits: 6, period: 30 }
  t.same(readTotpKey(' jbsw y3dp ehpk 3pxp '), wanted)
  t.same(readTotpKey('JBSW-Y3DP-EHPK-3PXP===='), wanted)
  t.same(readTotpKey('otpauth://totp/ACME:ann%40example.test?secret=JBSWY3DPEHPK3PXP&issuer=ACME'), wanted)
  t.match(readTotpKey('otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&algorithm=SHA-256&digits=8&period=60'), { algorithm: 'sha256', digits: 8, period: 60 })
})

t.test('what is no key is refused without being quoted', async (t) => {
  const bad = [
    '',
    'canary!',
    'ABCDEFG1',
    'otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP&counter=1',
    'otpauth://totp/x?secret=canary1',
    'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=9',
    'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=0',
    'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&algorithm=canary',
    'A'.repeat(4000),
  ]
  for (const text of bad) {
    t.throws(() => readTotpKey(text), { code: 'totp_unfit' }, text.slice(0, 60))
    try {
      readTotpKey(text)
    } catch (error) {
      t.notMatch(JSON.stringify(error) + String(error), 'canary')
    }
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        return readTotpKey(text).secret.length >= 8
      } catch (error) {
        return (error as { code?: string }).code === 'totp_unfit'
      }
    }),
  )
})

t.test('no code is given twice: who comes too soon waits for the next period', async (t) => {
  let now = 1_000_000_010_000
  const waits: number[] = []
  const codes = new TotpCodes({
    now: () => now,
    wait: async (milliseconds) => {
      waits.push(milliseconds)
      now += milliseconds
    },
  })
  const key = 'JBSWY3DPEHPK3PXP'
  const given = await Promise.all([codes.take(key), codes.take(` ${key.toLowerCase()} `), codes.take(key)])
  t.equal(new Set(given).size, 3)
  t.same(waits, [10_000, 30_000], 'to the ends of the periods')
  t.equal(given[0], codeAt(readTotpKey(key), 1_000_000_010))
  const other = await codes.take('GEZDGNBVGY3TQOJQ')
  t.equal(waits.length, 2, 'another key waits for nobody')
  t.match(other, /^\d{6}$/)
})

t.test('whoever waits can give up, and the next one is none the worse', async (t) => {
  const codes = new TotpCodes()
  const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  await codes.take(key)
  await t.rejects(codes.take(key, AbortSignal.timeout(5)))
  await t.rejects(codes.take(key, AbortSignal.timeout(5)))
})
