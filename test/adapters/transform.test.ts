import { createHash } from 'node:crypto'
import t from 'tap'
import { transform } from '../../adapters/index.ts'
import { parseExpression } from '../../adapters/transform/expression.ts'
import { fillTemplate, fillText, namesOf, template } from '../../adapters/transform/template.ts'
import { Secret } from '../../relay/vault/index.ts'
import fc from '../property.ts'

const password = new Secret('canary', { account: 'a', field: 'password', origins: [] })

t.test('a transform stays a recipe: the handle, and what is to be made of it', async (t) => {
  t.same(transform('md5(md5(password) + salt)', { password, salt: 'x' }), {
    secret: password,
    derivation: {
      is: 'made',
      by: 'md5',
      as: 'hex',
      of: [
        {
          is: 'joined',
          of: [
            { is: 'made', by: 'md5', as: 'hex', of: [{ is: 'secret' }] },
            { is: 'text', text: 'x' },
          ],
        },
      ],
    },
  })
  t.equal(transform('password', { password }), password, 'nothing is made of it')
  t.equal(transform('md5(name)', { name: 'ann' }), createHash('md5').update('ann').digest('hex'), 'without a secret it is a text')
  t.match(transform('random(64) + "-" + now()', {}), /^[A-HJKMNP-TW-Za-fhijkmnprstwxyz2-8]{64}-\d{13}$/)
})

t.test('what cannot be read is told to the person who wrote it', async (t) => {
  const bad: Record<string, RegExp> = {
    'md5(password': /lacks/,
    'md6(password)': /none of md5/,
    'md5(a, b)': /takes 1/,
    'rsa(password)': /takes 2 or 3/,
    'md5.rot13(password)': /none of the ways/,
    'md5.bytes(password)': /gives bytes/,
    'a b': /nothing more/,
    '': /ends too early/,
    'a +': /ends too early/,
    '%': /cannot be read/,
    'random(0)': /length/,
  }
  for (const [expression, problem] of Object.entries(bad)) t.throws(() => transform(expression, { password }), problem, expression)
  t.throws(() => transform('constructor', { password }), /has no value/)
  t.throws(() => transform('constructor(password)', { password }), /none of md5/, 'only what is listed')
  t.throws(() => transform('password + other', { password, other: new Secret('x', password.scope) }), /two secrets/)
  t.throws(() => transform('("a"'.repeat(12) + ')'.repeat(12), {}), SyntaxError)
})

t.test('any text is read or refused, never anything else', async () => {
  const pieces = fc.constantFrom('md5', 'sha1', 'password', 'salt', '(', ')', ',', '+', '.', 'hex', "'a'", '"b"', 'random', '8', ' ')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      try {
        parseExpression(parts.join(''))
        return true
      } catch (error) {
        return error instanceof SyntaxError
      }
    }),
  )
})

t.test('templates hold texts and transforms in braces; addresses hold no secret', async (t) => {
  t.equal(fillText('/salt?user={encodeURIComponent(username)}', { username: 'a&b' }), '/salt?user=a%26b')
  t.equal(fillTemplate('plain', {}), 'plain')
  t.equal(fillTemplate('', {}), '')
  t.equal(fillTemplate('{password}', { password }), password)
  t.same(fillTemplate('x-{password}', { password }), {
    secret: password,
    derivation: { is: 'joined', of: [{ is: 'text', text: 'x-' }, { is: 'secret' }] },
  })
  t.throws(() => fillText('/login?p={password}', { password }), /secret where none may be/)
  t.same(namesOf('{md5(password + salt)}{x}'), ['password', 'salt', 'x'])
  t.match(template.safeParse('{md5(}').error?.issues[0]?.message, /ends too early|lacks/)
})

t.test('a value that the page gives is a value, whatever it holds', async (t) => {
  const hostile = '") + password + ("'
  t.same(transform('sha1(salt) + md5(password)', { password, salt: hostile }), {
    secret: password,
    derivation: {
      is: 'joined',
      of: [
        { is: 'made', by: 'sha1', as: 'hex', of: [{ is: 'text', text: hostile }] },
        { is: 'made', by: 'md5', as: 'hex', of: [{ is: 'secret' }] },
      ],
    },
  })
})
