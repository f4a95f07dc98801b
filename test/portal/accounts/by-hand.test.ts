import t from 'tap'
import { openTerminal } from '../../flows/curl-terminal.ts'
import { formSite } from '../../form-site.ts'
import { formOf, seeOther, serve } from '../../sites/serve.ts'
import { enrol, startRelay } from '../../start-relay.ts'
import { readPage, Visitor } from '../visitor.ts'

const password = 'only the relay knows it'

t.test('behind a check of how a person behaves, he signs in on the site’s own page, and the relay takes the session over', async (t) => {
  const site = await serve((request) => {
    if (request.cookies.sid === 'known') return { body: '<h1>Home</h1><a href="/logout">Sign out</a>' }
    if (request.method === 'POST') {
      const form = formOf(request)
      const isHuman = form.get('g-recaptcha-response') === 'a person'
      if (isHuman && form.get('username') === 'ann' && form.get('password') === password) return seeOther('/home', ['sid=known; Path=/; HttpOnly'])
      return { body: '<p>Please try again.</p>' }
    }
    if (request.path !== '/login') return seeOther('/login')
    return {
      body: `<title>Log in</title><form method="post" action="/login"><input name="username"><input type="password" name="password">
<div class="g-recaptcha" data-sitekey="x"></div><script src="https://www.google.com/recaptcha/api.js"></script><button>Log in</button></form>`,
    }
  })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const enrolled = formSite(site.origin)
  await relay.accounts.addSite(enrolled)
  const { account, user, portalPassword, device } = await enrol(relay, { url: `${site.origin}/login`, username: 'ann', password })
  const browser = new Visitor(relay.portalUrl)
  await browser.signIn(user.name, portalPassword)

  await t.rejects(relay.sessions.ensure(account.id), { code: 'login_failed' })
  t.equal(site.requests.filter(({ method }) => method === 'POST').length, 0, 'law 8: nothing was sent')
  const needy = await browser.get(`/accounts/${account.id}`)
  t.match(readPage(needy.body), /guarded by reCAPTCHA, which only a person can answer/)
  t.match(needy.body, `/accounts/${account.id}/by-hand`)

  t.match(readPage((await browser.get(`/accounts/${account.id}/by-hand`)).body), /only a person can do.*Get a placeholder/)
  const told = await browser.post(`/accounts/${account.id}/by-hand`)
  const [, placeholder = ''] = /<code id="placeholder">([^<]+)<\/code>/.exec(told.body) ?? []
  t.match(placeholder, /^lr-/)
  t.ok(told.body.includes(`href="${site.origin}/login"`), 'the way to the site')
  t.notMatch(told.body, password)

  const signedIn = new Promise<void>((resolve) => {
    relay.sessions.onEvent((event) => event.type === 'signed-in' && resolve())
  })
  const terminal = openTerminal(t, relay, device)
  t.match((await terminal.get(`${site.origin}/login`)).body.toString(), 'g-recaptcha', 'the page comes as the site made it')
  const fields = { username: 'ann', password: placeholder, 'g-recaptcha-response': 'a person' }
  const answer = await terminal.get(`${site.origin}/login`, ...Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]))
  t.notMatch(answer.body.toString() + answer.err, password)
  await signedIn
  t.equal(relay.accounts.account(account.id)?.attention, undefined, 'the attention is cleared')
  t.match(readPage((await browser.get(`/accounts/${account.id}/by-hand`)).body), /Signed in since.*Open/)
  t.match((await terminal.get(`${site.origin}/home`)).body.toString(), 'Sign out', 'the terminal goes on signed in')
})
