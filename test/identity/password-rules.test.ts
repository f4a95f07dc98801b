import t from 'tap'
import { asRelayError } from '../../relay/errors.ts'
import { canBePassword, checkNewPassword } from '../../relay/identity/passwords/password-rules.ts'
import fc from '../property.ts'

/** Why a new password of ann is refused; undefined: it is taken. */
const problemOf = (password: string, name = 'ann') =>
  checkNewPassword(password, name).then(
    () => undefined,
    (error) => asRelayError(error).message,
  )

t.test('passwords of 8 to 1024 characters are taken, whatever they are made of', async (t) => {
  for (const password of ['73519824', '👍👎👍👍👎👎👍👎', 'xy'.repeat(512), '👍👎'.repeat(512), 'a\0b\nc\r\td ', 'пароль№1', 'correct horse battery staple']) {
    t.equal(await problemOf(password), undefined)
    t.equal(canBePassword(password), true)
  }
})

t.test('passwords that are refused, with the reason and without the password', async (t) => {
  const table: [string, RegExp][] = [
    ['', /shorter than 8/],
    ['1234567', /shorter than 8/],
    ['👍'.repeat(7), /shorter than 8/],
    ['e\u0301'.repeat(7), /shorter than 8/],
    ['x'.repeat(1025), /longer than 1024/],
    ['x'.repeat(1_000_000), /longer than 1024/],
    ['\ufdfa'.repeat(60), /longer than 1024/],
    ['abcdefgh\ud800', /Unicode/],
  ]
  for (const [password, reason] of table) {
    t.match(await problemOf(password), reason)
    t.equal(canBePassword(password), false)
  }
})

t.test('new passwords that would be among the first to be guessed are refused; one that is somebody’s already still signs in', async (t) => {
  const table: [string, RegExp][] = [
    ['12345678', /many people choose/],
    ['QWERTYUIOP', /many people choose/],
    ['Password1', /many people choose/],
    ['xxxxxxxxxxxxxxxx', /one character/],
    ['        ', /one character/],
    ['login-relay', /word of this place/],
    ['2026!Login_Relay!', /word of this place/],
    ['Ann-Baker-1987', /your own name/],
  ]
  for (const [password, reason] of table) {
    const problem = await problemOf(password, 'ann baker')
    t.match(problem, reason, password)
    t.notMatch(problem, password)
    t.equal(canBePassword(password), true)
  }
})

t.test('no word is weak for what it has in the middle', () =>
  fc.assert(
    fc.asyncProperty(fc.string({ minLength: 12, maxLength: 40 }), async (text) => {
      const problem = await problemOf(`relay ${text} of ann`)
      return problem === undefined || !/word of this place|your own name/.test(problem)
    }),
  ),
)
