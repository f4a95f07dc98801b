import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startChangingSite } from '../sites/changing-site.ts'
import { startRegisteringSite } from '../sites/registering-site.ts'
import { startRelay } from '../start-relay.ts'

/** A relay with an adapter of one's own, which has `methods` beside signing in, for a site that ann knows. */
async function relayWithOwn(t: Test, business: { readonly origin: string; readonly url: string }, methods: string) {
  const folder = t.testdir()
  const source = `import { defineAdapter, SignInFailure } from 'login-relay/adapters'
import { z } from 'zod'

export default defineAdapter({
  name: 'acme', api: 1, description: 'A site of one kind', settings: z.strictObject({}),
  async signIn({ browser, site, username, secrets }) {
    const page = await browser.open(site.loginUrl)
    const answer = await page.forms[0].fill('username', username).fill('password', secrets.password).submit()
    if (answer.status === 401) throw new SignInFailure('wrong-password', ['401'])
    return { landingUrl: answer.url, evidence: ['the page ' + answer.title] }
  },
  isSignedIn: async () => true,
  signOut: async () => false,
${methods}
})`
  await writeFile(join(folder, 'acme.ts'), source)
  const relay = await startRelay(t, { config: { adapters: { folder } } })
  const place = { origins: [business.origin], loginUrl: business.url, networks: ['loopback'], settings: {} } as const
  await relay.accounts.addSite({ id: 'erp', adapter: 'acme', delivery: 'attach', ...place })
  return { relay, user: await relay.identity.addUser({ name: 'ann', password: 'long enough', role: 'member' }) }
}

const changing = `
  passwordRules: async () => ({ max: 9, classes: ['digit', 'lower'] }),
  async changePassword({ browser, site, secrets, step }, next) {
    const page = await browser.open(new URL('/account/password', site.loginUrl))
    step('form', 'the new one is ' + next + ' ' + JSON.stringify(next))
    await page.forms[0].fill('old_password', secrets.password).fill('new_password', next).fill('new_password_again', next).submit()
  },`

const registering = `
  passwordRules: async (_, of) => of === 'registration' ? ({ max: 9, classes: ['digit'] }) : {},
  async register({ browser, site, username, secrets, step }, { email }) {
    const page = await browser.open(new URL('/register', site.loginUrl))
    step('form', 'the password is ' + secrets.password)
    const form = page.forms[0].fill('username', username).fill('email', email)
    await form.fill('password', secrets.password).fill('password2', secrets.password).submit()
    return {}
  },`

t.test('an adapter of one’s own, in its own process, changes a password that it never sees', async (t) => {
  const business = await startChangingSite({ password: 'first one' })
  t.teardown(() => business.stop())
  const { relay, user } = await relayWithOwn(t, business, changing)
  const { id } = await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', username: 'ann', secrets: { password: 'first one' } })
  const steps: string[] = []
  t.teardown(relay.sessions.onEvent((event) => event.type === 'step' && steps.push(event.step.text)))
  t.equal((await relay.sessions.rotate(id)).credentialVersion, 2)
  t.match(business.password(), /^[a-z0-9]{9}$/)
  t.ok(steps.some((text) => text.startsWith('the new one is ')))
  t.notMatch(steps.join(), business.password())
})

t.test('and registers with one that it never sees', async (t) => {
  const business = await startRegisteringSite()
  t.teardown(() => business.stop())
  const { relay, user } = await relayWithOwn(t, business, registering)
  const wanted = { userId: user.id, siteId: 'erp', username: 'ann', details: { email: 'ann@example.com' } }
  const { id, attention } = await relay.sessions.registrations.prepare(wanted).make()
  t.equal(attention, undefined)
  const password = business.users.get('ann') ?? ''
  t.match(password, /^\d{9}$/)
  t.notMatch(JSON.stringify(relay.sessions.recent(id)), password)
  t.same(business.tries, [{ username: 'ann', isRight: true }])
})
