import t from 'tap'
import { isRelayError } from '../../../relay/errors.ts'
import { checkUserName, nameKey } from '../../../relay/identity/user-rules.ts'
import { readVectors, vectorsMissing } from '../../attacks/vectors.ts'
import fc from '../../property.ts'

function problemOf(check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (!isRelayError(error, 'bad_request')) throw error
    return String(error.params.problem)
  }
}

t.test('user names that are taken as they are', async (t) => {
  for (const name of ['ann', 'Ann Müller', '田中', "O'Neil", 'a', 'ann@example.org', '👩‍💻', 'x'.repeat(64), '👍'.repeat(64), '__proto__', 'constructor']) {
    t.equal(checkUserName(name), name)
  }
  t.equal(checkUserName('  ann \n'), 'ann', 'trimmed')
})

t.test('user names that are refused, with the reason', async (t) => {
  const table: [string, RegExp][] = [
    ['', /empty/],
    ['   ', /empty/],
    ['\u200b\u2060', /empty/],
    ['x'.repeat(65), /64/],
    ['x'.repeat(100_000), /64/],
    ['a\0b', /control/],
    ['a\nb', /control/],
    ['a\u001b[31mb', /control/],
    ['a\u2028b', /line/],
    ['ann\u202egnp', /direction/],
    ['a\ud800b', /control/],
  ]
  for (const [name, problem] of table)
    t.match(
      problemOf(() => checkUserName(name)),
      problem,
      encodeURIComponent(name.toWellFormed()).slice(0, 40),
    )
})

t.test('names that look alike have one key', async (t) => {
  const key = nameKey('ann müller')
  for (const name of ['Ann Müller', 'ANN MU\u0308LLER', '\uff21nn müller', 'a\u200bnn\u00a0 müller', ' ann  müller ']) t.equal(nameKey(name), key, name)
  t.not(nameKey('annmüller'), key)
  t.not(nameKey('ann muller'), key)
})

t.test('the key of a key is the key', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => nameKey(nameKey(name)) === nameKey(name)))
})

t.test('a name that is taken is taken again unchanged, and has a key', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (typed) => {
      if (problemOf(() => checkUserName(typed)) !== undefined) return true
      const name = checkUserName(typed)
      return checkUserName(name) === name && nameKey(name) !== '' && nameKey(name) === nameKey(typed)
    }),
  )
})

t.test(
  'naughty strings as user names are kept unchanged but for space around them, or refused with a reason',
  { skip: vectorsMissing('naughty-strings') },
  async (t) => {
    for (const [index, name] of readVectors<string[]>('naughty-strings/blns.json').entries()) {
      const problem = problemOf(() => checkUserName(name))
      if (problem === undefined) t.equal(checkUserName(name), name.trim(), `string ${index}`)
      else t.match(problem, /^the user name (is|has) /, `string ${index}`)
    }
  },
)
