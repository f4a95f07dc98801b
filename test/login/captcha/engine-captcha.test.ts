import t from 'tap'
import type { CaptchaReader } from '../../../captcha/index.ts'
import { openReader } from '../../../captcha/index.ts'
import { RelayError } from '../../../relay/errors.ts'
import { loginPage } from '../../sites/bad-sites.ts'
import { type CaptchaSite, startCaptchaSite, unreadable } from '../../sites/captcha-site.ts'
import { type Answer, formOf, seeOther, serve } from '../../sites/serve.ts'
import { signIn, startEngine } from '../engine-for-test.ts'

async function started(t: Parameters<typeof startEngine>[0], options: Parameters<typeof startCaptchaSite>[0] = {}): Promise<CaptchaSite> {
  const site = await startCaptchaSite(options)
  t.teardown(() => site.stop())
  return site
}

function accountOf(site: CaptchaSite): { username: string; password: string } {
  const [account] = site.accounts
  if (account === undefined) throw new Error('no account')
  return account
}

t.test('the reader signs in by itself, and says what it read and how sure it is', async (t) => {
  const site = await started(t)
  const login = await startEngine(t)
  const outcome = await signIn(login, { url: site.url, ...accountOf(site) })
  t.ok(outcome.ok)
  t.ok(outcome.steps.some(({ text }) => /^captcha read as \w+ with confidence 0\.\d\d$/.test(text)))
  t.equal(outcome.timing.person, 0)
  t.ok(outcome.timing.captcha > 0)
})

t.test('an unsure reader looks at fresh images, then a person is asked', async (t) => {
  const site = await started(t, { captcha: unreadable })
  const login = await startEngine(t)
  const asked: string[] = []
  const outcome = await signIn(login, {
    url: site.url,
    ...accountOf(site),
    ask: async (challenge) => {
      if (challenge.kind !== 'captcha') throw new Error('not a captcha')
      asked.push(challenge.hint)
      return site.answerOf(challenge.image)
    },
  })
  t.ok(outcome.ok)
  t.equal(asked.length, 1)
  t.equal(site.imagesDrawn, 6)
  t.same(site.signIns, ['signed-in'])
  t.ok(outcome.steps.some(({ name }) => name === 'ask'))
})

t.test('when nobody answers, nothing is sent and the outcome says what is missing', async (t) => {
  const site = await started(t, { captcha: unreadable })
  const login = await startEngine(t, { openReader: () => Promise.reject(new Error('no reader here')) })
  const outcome = await signIn(login, { url: site.url, ...accountOf(site) })
  t.match(outcome, { ok: false, kind: 'challenge', seen: ['nobody answered the question in time'] })
  t.same(site.signIns, [])
})

t.test('the time a person takes does not count against the time limit', async (t) => {
  const site = await started(t)
  const login = await startEngine(t, { settings: { timeoutSeconds: 3 }, openReader: () => Promise.reject(new Error('no reader here')) })
  const outcome = await signIn(login, {
    url: site.url,
    ...accountOf(site),
    ask: async (challenge) => {
      await new Promise((resolve) => setTimeout(resolve, 3200))
      return challenge.kind === 'captcha' ? site.answerOf(challenge.image) : ''
    },
  })
  t.ok(outcome.ok)
  t.ok(outcome.timing.person >= 3100)
})

t.test('captcha answers are tried as often as the settings say, then the outcome is wrong-captcha', async (t) => {
  const site = await started(t)
  const login = await startEngine(t, { settings: { captchaTries: 3 }, openReader: () => Promise.reject(new Error('no reader here')) })
  const asked: string[] = []
  const outcome = await signIn(login, {
    url: site.url,
    ...accountOf(site),
    ask: async (challenge) => {
      asked.push(challenge.kind === 'captcha' ? challenge.hint : '')
      return 'misread'
    },
  })
  t.match(outcome, { ok: false, kind: 'wrong-captcha' })
  t.same(asked, [
    'What does the image say?',
    'The site refused the answer before; 2 tries are left. What does the image say?',
    'The site refused the answer before; this is the last try. What does the image say?',
  ])
  t.same(site.signIns, ['wrong-captcha', 'wrong-captcha', 'wrong-captcha'])
})

t.test('a person who ends the sign-in while he is asked ends it at once', async (t) => {
  const site = await started(t)
  const login = await startEngine(t, { openReader: () => Promise.reject(new Error('no reader here')) })
  const ending = new AbortController()
  const outcome = await signIn(login, {
    url: site.url,
    ...accountOf(site),
    signal: ending.signal,
    ask: () => {
      setTimeout(() => ending.abort(), 20)
      return new Promise(() => {})
    },
  })
  t.match(outcome, { ok: false, kind: 'unknown', seen: ['the sign-in was ended before it was done'] })
  t.same(site.signIns, [])
})

/** A login form with an image at /image, which answers as told. */
async function imageSite(t: Parameters<typeof startEngine>[0], image: () => Answer, right = 'abcd') {
  const site = await serve((request) => {
    if (request.path.startsWith('/image')) return image()
    if (request.path === '/home') return { body: '<a href="/logout">Log out</a>' }
    if (request.method !== 'POST') return { body: loginPage('<img src="/image?captcha"><input name="captcha">') }
    return formOf(request).get('captcha') === right
      ? seeOther('/home', ['sid=1'])
      : { body: `<p>Wrong captcha</p>${loginPage('<img src="/image?captcha"><input name="captcha">')}` }
  })
  t.teardown(() => site.stop())
  return site
}

t.test('an image that stays the same is not fetched over and over', async (t) => {
  const blank = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
  const site = await imageSite(t, () => ({ headers: { 'content-type': 'image/gif' }, body: blank }))
  const login = await startEngine(t, { openReader: async () => readerOf(async () => ({ answer: '', confidence: 0.99 })) })
  const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'pw', ask: async () => 'abcd' })
  t.ok(outcome.ok)
  t.equal(site.requests.filter(({ path }) => path.startsWith('/image')).length, 2)
})

t.test('an error page in place of the image is told, and neither a person nor the site is bothered', async (t) => {
  const site = await imageSite(t, () => ({ status: 500, body: '<h1>Out of memory</h1>' }))
  const login = await startEngine(t)
  const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'pw', ask: async () => t.fail('nobody is asked') as never })
  t.match(outcome, { ok: false, kind: 'unknown', seen: [/cannot be read as a picture/] })
  t.notOk(site.requests.some(({ method }) => method === 'POST'))
})

t.test('a reader that breaks hands over to the person', async (t) => {
  const site = await started(t)
  const login = await startEngine(t, {
    openReader: async () =>
      readerOf(async () => {
        throw new RelayError('captcha_unreadable', { params: { reason: 'the recognisers failed' } })
      }),
  })
  const outcome = await signIn(login, {
    url: site.url,
    ...accountOf(site),
    ask: async (challenge) => (challenge.kind === 'captcha' ? site.answerOf(challenge.image) : ''),
  })
  t.ok(outcome.ok)
})

t.test('the reader is opened at the first captcha, once, and closed with the engine', async (t) => {
  const site = await started(t)
  let opened = 0
  let closed = 0
  const login = await startEngine(t, {
    openReader: async () => {
      opened += 1
      const reader = await openReader({ workers: 1 })
      return {
        read: (image, hints) => reader.read(image, hints),
        async close() {
          closed += 1
          await reader.close()
        },
      }
    },
  })
  t.equal(opened, 0)
  const visit = { url: site.url, ...accountOf(site), ask: async () => 'x' }
  await Promise.all([signIn(login, visit), signIn(login, visit)])
  t.equal(opened, 1)
  await login.stop()
  t.equal(closed, 1)
})

function readerOf(read: () => Promise<{ answer: string; confidence: number }>): CaptchaReader {
  return {
    read: async () => ({ ...(await read()), text: '', kind: 'text', candidates: [], ms: 1 }),
    async close() {},
  }
}
