import t from 'tap'
import { createPasskeys } from '../../../relay/identity/index.ts'
import { newPasskey } from '../../identity/passkeys/new-passkey.ts'
import { startRelay } from '../../start-relay.ts'
import { startPortal } from '../start-portal.ts'
import { Visitor } from '../visitor.ts'

const password = 'three odd herons wade'

t.test('who has forgotten the password after many tries is let in by his link, or told at the sign-in page that it is done', async (t) => {
  let time = Date.now()
  // It stands still: how long a hash takes ends no wait.
  const relay = await startPortal(t, { now: () => time })
  const browser = relay.visitor()
  /** Until his name waits, at an address that does not. */
  const fail = async (address: string) => {
    for (let i = 0; i < 4; i++) await t.rejects(relay.identity.signIn({ name: 'bob', password: `wrong ${i}`, address, agent: '' }))
  }
  await fail('198.51.100.9')
  const first = await relay.invites.makeForPassword(relay.bob.user)
  await browser.get(`/invite/${first.token}`)
  t.match(await browser.post(`/invite/${first.token}`, { password, again: password }), { status: 303, location: '/security?done=password-changed' })

  time += 3_600_000
  const { token } = await relay.invites.makeForPassword(relay.bob.user)
  const other = relay.visitor()
  await other.get(`/invite/${token}`)
  await fail('127.0.0.1')
  const answer = await other.post(`/invite/${token}`, { password: 'four odd herons wade', again: 'four odd herons wade' })
  t.match(answer, { status: 303, location: '/sign-in?done=password-changed' }, 'the address waits still, and nothing says that the link was no good')
  t.match((await other.get(answer.location ?? '')).body, /Your password at this relay is another one now/)
  time += 3_600_000
  t.equal((await relay.visitor().signIn('bob', 'four odd herons wade')).status, 303)
})

t.test('where a password alone is refused, the page of a link offers none to who has a passkey kept, and says what to do', async (t) => {
  const relay = await startRelay(t, { config: { identity: { passwordAlone: 'refused' } } })
  const bob = await relay.identity.addUser({ name: 'bob', role: 'member' })
  const { token } = await relay.invites.makeForPassword(bob)
  const browser = new Visitor(relay.portalUrl)
  t.match((await browser.get(`/invite/${token}`)).body, /type="password"/)
  await createPasskeys({ store: relay.store }).keep(bob.id, newPasskey('lost'))
  t.match(await browser.post(`/invite/${token}`, { password, again: password }), { status: 400, body: /choose a passkey by this link/ })
  const page = await browser.get(`/invite/${token}`)
  t.match(page.body, /user reset-second-factor NAME/)
  t.match(page.body, /Passkeys do not work at this address[\s\S]*localhost/)
  t.notMatch(page.body, /type="password"/)
  t.equal(relay.identity.hasPassword(bob.id), false)
  t.ok(await relay.invites.lookup(token))
})
