import t from 'tap'
import { SignInFailure } from '../../adapters/index.ts'
import type { Account } from '../../relay/accounts/index.ts'
import { Challenges } from '../../relay/sessions/sign-ins/challenges.ts'

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

t.test('of one account one question is asked at a time, and the time of the next begins when the one before is done', async (t) => {
  const challenges = new Challenges(Date.now)
  const { signal } = new AbortController()
  const asked: string[] = []
  const ask = (of: Account, text: string, seconds = 10) =>
    challenges.ask(of, { kind: 'question', question: text }, seconds, signal, ({ challenge }) => {
      if (challenge.kind === 'question') asked.push(challenge.question)
    })
  const other = { ...account, id: 'a2', name: 'crm' } as Account
  const [first, second, third, elsewhere] = [ask(account, 'one'), ask(account, 'two', 0.02), ask(account, 'three'), ask(other, 'of the other')]
  t.strictSame(asked, ['one', 'of the other'])
  t.match(challenges.list('u1'), [
    { challenge: { question: 'one' }, behind: 2 },
    { challenge: { question: 'of the other' }, behind: 0 },
  ])
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(challenges.list().length, 2, 'the second has not run out of time: it is not asked yet')
  const [head] = challenges.list()
  t.ok(challenges.answer(head?.id ?? '', '1'))
  t.equal(await first, '1')
  t.match(await second.catch((error) => error), { kind: 'challenge' })
  t.strictSame(asked, ['one', 'of the other', 'two', 'three'])
  for (const { id } of challenges.list()) challenges.answer(id, 'x')
  t.strictSame(await Promise.all([third, elsewhere]), ['x', 'x'])
  t.notOk(challenges.isAsked('a1'))
})

t.test('a sign-in that is ended takes back what was not asked yet too', async (t) => {
  const challenges = new Challenges(Date.now)
  const ending = new AbortController()
  const answers = [1, 2, 3].map(() => challenges.ask(account, question, 10, ending.signal, () => {}).catch((error) => error.kind))
  ending.abort()
  t.strictSame(await Promise.all(answers), ['challenge', 'challenge', 'challenge'])
  t.strictSame(challenges.list(), [])
})

t.test('an image is drawn anew once for all who ask at the same moment; its time runs on', async (t) => {
  const challenges = new Challenges(Date.now)
  let drawn = 0
  const reload = async () => Buffer.from(`image ${++drawn}`)
  const captcha = { kind: 'captcha', image: Buffer.from('image 0'), hint: '', reload } as const
  const answer = challenges.ask(account, captcha, 10, new AbortController().signal, () => {})
  const [before] = challenges.list()
  const id = before?.id ?? ''
  t.strictSame(await Promise.all([challenges.reload(id), challenges.reload(id)]), [true, true])
  t.match(challenges.list(), [{ id, challenge: { image: Buffer.from('image 1') }, expiresAt: before?.expiresAt }])
  challenges.answer(id, 'x7')
  t.equal(await answer, 'x7')
  t.notOk(await challenges.reload(id), 'it is no longer asked')
})

t.test('a site that gives no other image leaves the one there is', async (t) => {
  const challenges = new Challenges(Date.now)
  const reload = () => Promise.reject(new Error('the site is gone'))
  const captcha = { kind: 'captcha', image: Buffer.from('image'), hint: '', reload } as const
  const [first, second] = [
    challenges.ask(account, captcha, 10, new AbortController().signal, () => {}),
    challenges.ask(
      { ...account, id: 'a2' } as Account,
      { kind: 'captcha', image: Buffer.from('one a page'), hint: '' },
      10,
      new AbortController().signal,
      () => {},
    ),
  ]
  const [one, two] = challenges.list()
  await t.rejects(challenges.reload(one?.id ?? ''), { code: 'site_down' })
  t.match(challenges.list()[0], { challenge: { image: Buffer.from('image') } })
  t.notOk(await challenges.reload(two?.id ?? ''))
  for (const { id } of challenges.list()) challenges.answer(id, 'x')
  await Promise.all([first, second])
})
