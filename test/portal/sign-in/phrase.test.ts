import { join } from 'node:path'
import t from 'tap'
import { filesIn } from '../../laws/canary.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

const phrase = 'Möwe & Leuchtturm <7>'

t.test(
  'the sign-in page shows a person’s phrase at the browser that he let show it, before he types anything, and nowhere else; that it was chosen is told',
  async (t) => {
    const relay = await startPortal(t)
    const own = await relay.signedIn(relay.ann)
    t.notMatch(readPage((await own.get('/security')).body), /Forget it everywhere/)
    const chosen = await own.post('/security/phrase', { phrase, show: 'on' })
    t.equal(chosen.location, '/security?done=phrase-chosen')
    const cookie = chosen.headers.getSetCookie().find((line) => line.startsWith('login-relay-phrase=')) ?? ''
    for (const part of [/; HttpOnly/i, /; SameSite=Strict/i, /; Path=\/(;|$)/i, /; Max-Age=34560000/i]) t.match(cookie, part)
    t.notOk((await own.get('/security')).body.includes('Leuchtturm'), 'the page where it is chosen does not tell it')

    t.match((await own.get('/notices')).body, /How you sign in to the relay was changed/)
    t.notOk(JSON.stringify(relay.notices.list(relay.ann.user.id)).includes('Leuchtturm'), 'the notice of it does not tell it')
    await own.post('/sign-out')
    const page = readPage((await own.get('/sign-in')).body)
    t.ok(page.includes(phrase))
    t.match(page, /address bar begins with http:\/\/127\.0\.0\.1:\d+\//)
    t.match(page, /No notice, then it was not the relay/)
    t.ok(readPage((await own.signIn('ann', 'wrong password')).body).includes(phrase), 'and when the password was wrong')

    const copy = readPage((await relay.visitor().get('/sign-in')).body)
    t.notOk(copy.includes('Leuchtturm'), 'who fetches the page to copy it gets no phrase')
    const second = await relay.signedIn(relay.ann)
    await second.post('/sign-out')
    t.notOk(readPage((await second.get('/sign-in')).body).includes('Leuchtturm'), 'nor does another browser of hers')
    const token = /^login-relay-phrase=([^;]+)/.exec(cookie)?.[1] ?? ''
    for (const { what, bytes } of await filesIn(join(relay.folder))) {
      t.notOk(bytes.includes('Leuchtturm'), `${what} holds no phrase in clear`)
      t.notOk(bytes.includes(token), `${what} does not hold what the browser keeps`)
    }
  },
)

t.test('another phrase is shown at the same browsers; one that is forgotten at none', async (t) => {
  const relay = await startPortal(t)
  const ann = await relay.signedIn(relay.ann)
  t.equal((await ann.post('/security/phrase/show')).status, 404, 'there is none yet')
  await ann.post('/security/phrase', { phrase: 'the first one' })
  const quiet = ann.twin()
  await quiet.post('/sign-out')
  t.notMatch(readPage((await quiet.get('/sign-in')).body), /the first one/, 'it was not asked to show it here')
  const again = await relay.signedIn(relay.ann)
  await again.post('/security/phrase/show')
  await again.post('/security/phrase', { phrase: 'the second one' })
  const signedOut = again.twin()
  await signedOut.post('/sign-out')
  t.match(readPage((await signedOut.get('/sign-in')).body), /the second one/)
  const third = await relay.signedIn(relay.ann)
  await third.post('/security/phrase/forget')
  t.notMatch(readPage((await signedOut.get('/sign-in')).body), /the second one/)
  for (const unfit of ['abc', 'x'.repeat(101), 'a\u202eb\u200bcd']) t.equal((await third.post('/security/phrase', { phrase: unfit })).status, 400)
})
