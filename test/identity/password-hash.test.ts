import t from 'tap'
import { currentCost, PasswordHasher } from '../../relay/identity/passwords/password-hash.ts'
import { Turns } from '../../relay/identity/passwords/turns.ts'
import { readVectors, vectorsMissing } from '../attacks/vectors.ts'
import fc from '../property.ts'

/** Cheap: these tests are about text, not about cost. */
const cheap = { N: 2 ** 4, r: 8, p: 1 }
const hasher = new PasswordHasher(new Turns(2, 1000), cheap)

t.test("a password is hashed at OWASP's present cost, with a salt of its own", async (t) => {
  t.strictSame(currentCost, { N: 131_072, r: 8, p: 1 })
  const real = new PasswordHasher(new Turns(2, 10))
  const stored = await real.hash('correct horse battery staple')
  t.match(stored, { algorithm: 'scrypt', N: 131_072, r: 8, p: 1 })
  t.equal(Buffer.from(stored.salt, 'base64').length, 16)
  t.equal(Buffer.from(stored.hash, 'base64').length, 32)
  t.equal(await real.fits('correct horse battery staple', stored), true)
  t.equal(await real.fits('correct horse battery stapl', stored), false)
})

t.test('equal passwords have different hashes', async (t) => {
  const [one, other] = await Promise.all([hasher.hash('same password'), hasher.hash('same password')])
  t.not(one.hash, other.hash)
})

t.test('a hash made at a lower cost still fits, and is known to be outdated', async (t) => {
  const stored = await new PasswordHasher(new Turns(1, 1), { N: 2, r: 1, p: 1 }).hash('an old password')
  t.equal(await hasher.fits('an old password', stored), true)
  t.equal(hasher.isOutdated(stored), true)
  t.equal(hasher.isOutdated(await hasher.hash('an old password')), false)
})

t.test('nobody has a password', async (t) => {
  t.equal(await hasher.fits(''), false)
  t.equal(await hasher.fits('anything at all'), false)
})

t.test('a stored hash that was cut short fits nothing', async (t) => {
  const stored = await hasher.hash('correct horse')
  t.equal(await hasher.fits('correct horse', { ...stored, hash: '' }), false)
  t.equal(await hasher.fits('correct horse', { ...stored, hash: stored.hash.slice(0, 4) }), false)
})

t.test('a letter composed otherwise is the same letter (NFKC)', async (t) => {
  const stored = await hasher.hash('Cafe\u0301 \uff21\uff22\uff23 \ufb01n')
  t.equal(await hasher.fits('Caf\u00e9 ABC fin', stored), true)
})

t.test('any text fits itself and nothing but its equivalents', async () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((value) => value.isWellFormed())
  await fc.assert(
    fc.asyncProperty(text, text, async (password, other) => {
      const stored = await hasher.hash(password)
      const same = password.normalize('NFKC') === other.normalize('NFKC')
      return (await hasher.fits(password, stored)) && (await hasher.fits(other, stored)) === same
    }),
    { numRuns: 200 },
  )
})

t.test('naughty strings fit themselves and not themselves with a space', { skip: vectorsMissing('naughty-strings') }, async (t) => {
  for (const [index, password] of readVectors<string[]>('naughty-strings/blns.json').entries()) {
    const stored = await hasher.hash(password)
    t.ok((await hasher.fits(password, stored)) && !(await hasher.fits(`${password} `, stored)), `string ${index}`)
  }
})
