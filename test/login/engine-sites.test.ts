import t, { type Test } from 'tap'
import type { Challenge } from '../../adapters/index.ts'
import type { SignInOutcome } from '../../relay/login/index.ts'
import { startBasicSite } from '../sites/basic-site.ts'
import { startCaptchaSite } from '../sites/captcha-site.ts'
import { startFront, type Trouble } from '../sites/front.ts'
import { startGbkSite } from '../sites/gbk-site.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'
import { signIn, siteFor, startEngine } from './engine-for-test.ts'

interface Subject {
  readonly url: string
  readonly origin: string
  readonly account: { readonly username: string; readonly password: string }
  /** What the site made of each password that reached it. */
  readonly outcomes: () => readonly string[]
  readonly answer: (challenge: Challenge) => string
  readonly stop: () => Promise<void>
}

const noCaptcha = (): string => {
  throw new Error('no challenge was expected')
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  captcha: async () => {
    const site = await startCaptchaSite()
    const [account = never()] = site.accounts
    return {
      ...site,
      account,
      outcomes: () => site.signIns,
      answer: (challenge) => (challenge.kind === 'captcha' ? site.answerOf(challenge.image) : noCaptcha()),
    }
  },
  gbk: async () => withBook(await startGbkSite()),
  'two-step': async () => withBook(await startTwoStepSite()),
  rotating: async () => withBook(await startRotatingSite()),
  basic: async () => {
    const site = await startBasicSite()
    const [account = never()] = site.accounts
    const outcomes = () => [...Array(site.counts.refused).fill('wrong-password'), ...Array(site.counts.presented - site.counts.refused).fill('signed-in')]
    return { ...site, account, outcomes, answer: noCaptcha }
  },
}

function withBook(site: Awaited<ReturnType<typeof startGbkSite>>): Subject {
  const [account = never()] = site.book.accounts
  return { ...site, account, outcomes: () => site.book.outcomes, answer: noCaptcha }
}

function never(): never {
  throw new Error('the site has no account')
}

/** Looks at the site first, as enrolling does, then signs in. */
async function visit(t: Test, subject: Subject, { trouble, password, misread = 0 }: { trouble?: Trouble; password?: string; misread?: number } = {}) {
  const front = await startFront(subject)
  t.teardown(() => front.stop())
  // The person reads every captcha here: what the reader does with them has its own tests.
  const login = await startEngine(t, {
    settings: { timeoutSeconds: trouble === 'slow' ? 1 : 60 },
    openReader: () => Promise.reject(new Error('no reader here')),
  })
  const report = await login.probe(new URL(front.url))
  t.ok(report.ok, 'the site is recognised')
  front.trouble = trouble
  let asked = 0
  const outcome = await signIn(login, {
    ...subject.account,
    url: report.loginUrl,
    adapter: report.adapter,
    ...(password === undefined ? {} : { password }),
    ask: async (challenge) => (asked++ < misread ? 'misread' : subject.answer(challenge)),
  })
  const site = siteFor({ url: report.loginUrl, adapter: report.adapter })
  return { login, outcome, site }
}

function kindOf(outcome: SignInOutcome): string {
  return outcome.ok ? 'signed in' : outcome.kind
}

for (const [name, start] of Object.entries(subjects)) {
  t.test(`${name} site`, async (t) => {
    const begin = async (t: Test) => {
      const subject = await start()
      t.teardown(() => subject.stop())
      return subject
    }

    t.test('the right password signs in, and the session is good for the page behind', async (t) => {
      const subject = await begin(t)
      const { login, outcome, site } = await visit(t, subject)
      if (!outcome.ok) return void t.fail(`${outcome.kind}: ${outcome.seen.join('; ')}`)
      t.same(
        subject.outcomes().filter((each) => each !== 'signed-in'),
        [],
      )
      t.ok(outcome.evidence.length > 0)
      const { cookies, headers, landingUrl } = outcome
      t.ok(await login.isSignedIn({ site, cookies, headers, landingUrl }))
      t.notOk(await login.isSignedIn({ site, cookies: '[]', headers: [], landingUrl }), 'and without it the site asks to sign in')
      const { total, network, captcha, person, relay } = outcome.timing
      t.ok(Math.abs(total - network - captcha - person - relay) < 2, 'the parts of the time make the whole')
    })

    t.test('a wrong password is told as such and was sent once', async (t) => {
      const subject = await begin(t)
      const { outcome } = await visit(t, subject, { password: 'wrong' })
      t.equal(kindOf(outcome), 'wrong-password')
      t.same(subject.outcomes(), ['wrong-password'])
    })

    t.test('a slow site is told within the time limit, and nothing was sent', async (t) => {
      const subject = await begin(t)
      const began = performance.now()
      const { outcome } = await visit(t, subject, { trouble: 'slow' })
      t.equal(kindOf(outcome), 'site-down')
      t.ok(performance.now() - began < 20_000)
      t.same(subject.outcomes(), [])
    })

    t.test('a site that is down is told as such', async (t) => {
      const subject = await begin(t)
      const { outcome } = await visit(t, subject, { trouble: 'down' })
      t.equal(kindOf(outcome), 'site-down')
      t.match(outcome.ok ? '' : outcome.seen.join(), /does not answer/)
    })

    t.test('a changed layout is told as a form that is not found, and nothing was sent', async (t) => {
      const subject = await begin(t)
      const { outcome } = await visit(t, subject, { trouble: 'layout-changed' })
      t.equal(kindOf(outcome), 'form-not-found')
      t.same(subject.outcomes(), [])
    })

    // RFC 7617 knows no sign-out.
    if (name === 'basic') return
    t.test('signing out ends the session at the site', async (t) => {
      const subject = await begin(t)
      const { login, outcome, site } = await visit(t, subject)
      if (!outcome.ok) return void t.fail(outcome.kind)
      const { cookies, headers, landingUrl } = outcome
      t.ok(await login.signOut({ site, cookies, headers, landingUrl }))
      t.notOk(await login.isSignedIn({ site, cookies, headers, landingUrl }))
    })
  })
}

t.test('a captcha that was answered wrong is answered anew, with a new image', async (t) => {
  const subject = await (subjects.captcha as () => Promise<Subject>)()
  t.teardown(() => subject.stop())
  const { outcome } = await visit(t, subject, { misread: 1 })
  t.equal(kindOf(outcome), 'signed in')
  t.same(subject.outcomes(), ['wrong-captcha', 'signed-in'])
})
