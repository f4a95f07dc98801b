import t from 'tap'
import { newPassword } from '../../relay/accounts/credentials/new-password.ts'
import fc from '../property.ts'

const kinds = { lower: /[a-z]/, upper: /[A-Z]/, digit: /[0-9]/, symbol: /[^a-zA-Z0-9]/ } as const

t.test('a new password keeps the rules it is made by', async () => {
  const rules = fc.record({
    min: fc.integer({ min: 4, max: 40 }),
    more: fc.integer({ min: 0, max: 20 }),
    classes: fc.uniqueArray(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), { minLength: 2 }),
    symbols: fc.constantFrom('-_.', '!#$%&*+'),
    repeats: fc.integer({ min: 1, max: 4 }),
  })
  fc.assert(
    fc.property(rules, ({ min, more, classes, symbols, repeats }) => {
      const password = newPassword({ min, max: min + more, classes, symbols, repeats })
      const runs = password.match(/(.)\1*/gs)?.map(({ length }) => length) ?? []
      return (
        password.length >= min &&
        password.length <= min + more &&
        Object.entries(kinds).every(([kind, pattern]) => pattern.test(password) === classes.includes(kind as 'lower')) &&
        [...password.replace(/[a-zA-Z0-9]/g, '')].every((symbol) => symbols.includes(symbol)) &&
        Math.max(...runs) <= repeats
      )
    }),
    { numRuns: 200 },
  )
})

t.test('without rules it has 24 characters of all four kinds, and no two are the same', async (t) => {
  const drawn = Array.from({ length: 200 }, () => newPassword())
  t.equal(new Set(drawn).size, 200)
  for (const password of drawn) {
    t.equal(password.length, 24)
    for (const kind of Object.values(kinds)) t.match(password, kind)
  }
})

t.test('every character of the alphabet is equally likely at every place', async (t) => {
  const counts = new Map<string, number>()
  const draws = 4000
  for (let draw = 0; draw < draws; draw++) for (const digit of newPassword({ max: 5, classes: ['digit'] })) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  // Each of ten digits is expected 2000 times, with a deviation of 42: ten deviations are never seen.
  for (const digit of '0123456789') t.ok(Math.abs((counts.get(digit) ?? 0) - draws / 2) < 420, `${digit}: ${counts.get(digit)}`)
})

t.test('rules that no password keeps are told', async (t) => {
  for (const rules of [
    { min: 9, max: 8 },
    { min: 300, max: 400 },
    { max: 3 },
    { classes: [] },
    { symbols: '' },
    { symbols: 'é' },
    { classes: ['digit'] as const, repeats: 0 },
    { min: 200, classes: ['digit'] as const, repeats: 1 },
  ]) {
    t.throws(() => newPassword(rules), { code: 'password_rules_unfit' }, JSON.stringify(rules))
  }
})
