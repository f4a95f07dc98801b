import t from 'tap'
import { SignInFailure } from '../../adapters/index.ts'
import type { Account } from '../../relay/accounts/index.ts'
import { Challenges } from '../../relay/sessions/challenges.ts'

const account = { id: 'a1', owner: 'u1', name: 'erp', siteId: 'erp' } as Account
const question = { kind: 'question', question: 'Colour?' } as const

t.test('an answer reaches the sign-in that asked, once', async (t) => {
  const challenges = new Challenges(Date.now)
  const answer = challenges.ask(account, question, 10, new AbortController().signal, () => {})
  const [asked] = challenges.list('u1')
  t.strictSame(challenges.list('u2'), [], 'others do not see it')
  t.ok(challenges.isAsked('a1'))
  t.notOk(challenges.answer(asked?.id ?? '', ''), 'an empty answer is none')
  t.notOk(challenges.answer(asked?.id ?? '', 'x'.repeat(257)), 'nor is a book')
  t.ok(challenges.answer(asked?.id ?? '', 'blue'))
  t.equal(await answer, 'blue')
  t.notOk(challenges.answer(asked?.id ?? '', 'red'), 'it is no longer asked')
  t.strictSame(challenges.list(), [])
})

t.test('nobody answers: the sign-in fails as a challenge that stayed open', async (t) => {
  const challenges = new Challenges(Date.now)
  const failure = await challenges.ask(account, question, 0.02, new AbortController().signal, () => {}).catch((error) => error)
  t.type(failure, SignInFailure)
  t.equal(failure.kind, 'challenge')
  t.strictSame(challenges.list(), [])
})

t.test('a sign-in that is ended takes its question back', async (t) => {
  const challenges = new Challenges(Date.now)
  const ending = new AbortController()
  const answer = challenges.ask(account, question, 10, ending.signal, () => {})
  ending.abort()
  t.match(await answer.catch((error) => error), { kind: 'challenge' })
  const late = challenges.ask(account, question, 10, ending.signal, () => t.fail('nothing is asked after the end'))
  t.match(await late.catch((error) => error), { kind: 'challenge' })
  t.strictSame(challenges.list(), [])
})
