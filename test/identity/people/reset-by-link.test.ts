import t, { type Test } from 'tap'
import { RelayError } from '../../../relay/errors.ts'
import { createIdentity, createInvites, createPasskeys, type Identity, type IdentityOptions, type Passkeys } from '../../../relay/identity/index.ts'
import { openStore } from '../open-store.ts'
import { newPasskey } from '../passkeys/new-passkey.ts'

const password = 'three odd herons wade'
const from = { address: '192.0.2.1', agent: 'Firefox' }

interface Wanted extends Pick<IdentityOptions, 'passwordAlone'> {
  /** In the place of what deletes an old passkey. */
  readonly remove?: Passkeys['remove']
  readonly meanwhile?: (identity: Identity) => Partial<Identity>
}

/** Bob, who has a password, and the parts around a link. An answer of a passkey proves what it says: what authenticators sign is tested with Chromium's. */
async function openParts(t: Test, { remove, meanwhile, ...options }: Wanted = {}) {
  const opened = await openStore(t)
  const parts = async (store: typeof opened.store, own: Partial<Passkeys> = {}) => {
    const passkeys = createPasskeys({ store })
    const prove: Passkeys['prove'] = async ({ response }) => response as { userId: string; id: string }
    const identity = createIdentity({
      store,
      passkeys: { list: (id) => passkeys.list(id), remove: (user, id) => passkeys.remove(user, id), prove, ...own },
      ...options,
    })
    await identity.start()
    const signInBy = (userId: string, id: string) =>
      identity.signInByPasskey({ response: { userId, id }, place: { origin: 'http://localhost', host: 'localhost' }, purpose: '', ...from })
    const secondFactors = { of: async () => undefined }
    const invites = createInvites({ store, now: Date.now, passkeys, secondFactors, identity: { ...identity, ...meanwhile?.(identity) } })
    return { passkeys, identity, signInBy, invites }
  }
  const first = await parts(opened.store, remove === undefined ? {} : { remove })
  const bob = await first.identity.addUser({ name: 'bob', password, role: 'member' })
  return { ...first, bob, restart: async () => parts(await opened.reopen()) }
}

t.test('a passkey that took the place of all before stays where what follows fails, and those before are worth nothing, now and after a crash', async (t) => {
  const { invites, identity, passkeys, signInBy, bob, restart } = await openParts(t, {
    remove: async () => {
      throw new Error('no space left on device')
    },
  })
  const lost = await passkeys.keep(bob.id, newPasskey('lost'))
  await signInBy(bob.id, lost.id)
  const { token } = await invites.makeForPassword(bob)
  await t.rejects(invites.redeem(token, { by: { passkey: newPasskey('found') } }), { message: 'no space left on device' })
  t.equal(await invites.lookup(token), undefined, 'the link has done what it is for')
  t.equal(identity.hasPassword(bob.id), false)
  t.same(await identity.listPortalSessions(bob.id), [], 'what the lost one had opened is ended')
  const found = (await passkeys.list(bob.id)).find(({ name }) => name === 'found')
  t.ok(found)
  await t.rejects(signInBy(bob.id, lost.id), { code: 'passkey_refused' }, 'its record is there still')
  t.match(await signInBy(bob.id, found?.id ?? ''), { user: { name: 'bob' } })
  await t.rejects(identity.removePasskey(bob.id, found?.id ?? '', undefined), { code: 'bad_request' }, 'a passkey that is worth nothing is no other way in')

  await identity.disableUser(bob.id)
  const later = await restart()
  await later.identity.enableUser(bob.id)
  t.match(await later.passkeys.list(bob.id), [{ name: 'found' }])
  await t.rejects(later.signInBy(bob.id, lost.id), { code: 'passkey_refused' })
  await later.signInBy(bob.id, found?.id ?? '')
})

t.test('who signs in by a stolen passkey while it is replaced has no session afterwards', async (t) => {
  const { invites, identity, passkeys, signInBy, bob } = await openParts(t)
  const stolen = [await passkeys.keep(bob.id, newPasskey('one')), await passkeys.keep(bob.id, newPasskey('two'))]
  const { token } = await invites.makeForPassword(bob)
  let isOver = false
  const got: string[] = []
  const steal = async (id: string) => {
    while (!isOver) {
      await signInBy(bob.id, id).then(
        (signedIn) => got.push(signedIn.token),
        () => {},
      )
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const thieves = stolen.map(({ id }) => steal(id))
  await invites.redeem(token, { by: { passkey: newPasskey('found') } })
  isOver = true
  await Promise.all(thieves)
  const live = await Promise.all(got.map((one) => identity.portalPrincipal(one)))
  t.same(
    live.filter((principal) => principal !== undefined),
    [],
  )
})

t.test('a link for another way in takes a passkey from who has as many as one may', async (t) => {
  const { invites, passkeys, bob } = await openParts(t)
  for (let i = 0; i < 20; i++) await passkeys.keep(bob.id, newPasskey(`lost ${i}`))
  const { token } = await invites.makeForPassword(bob)
  await invites.redeem(token, { by: { passkey: newPasskey('found') } })
  t.match(await passkeys.list(bob.id), [{ name: 'found' }])
})

t.test('what is refused before anything is written leaves the link good, unless it is withdrawn or replaced meanwhile', async (t) => {
  let meanwhile = async () => {}
  const refuse = async () => {
    await meanwhile()
    throw new RelayError('too_many_tries', { params: { seconds: 10 } })
  }
  const { invites, bob } = await openParts(t, { meanwhile: () => ({ resetPassword: refuse, addUser: refuse }) })
  const { token, invite } = await invites.makeForPassword(bob)
  const redeem = (one: string) => invites.redeem(one, { by: { password } })
  await t.rejects(redeem(token), { code: 'too_many_tries' })
  t.ok(await invites.lookup(token))
  const { token: carls } = await invites.make({ name: 'carl', role: 'member' })
  await t.rejects(redeem(carls), { code: 'too_many_tries' })
  t.ok(await invites.lookup(carls))

  meanwhile = async () => void t.equal(await invites.withdraw(invite.id), true)
  await t.rejects(redeem(token), { code: 'too_many_tries' })
  t.equal(await invites.lookup(token), undefined)
  const { token: second } = await invites.makeForPassword(bob)
  meanwhile = async () => void (await invites.makeForPassword(bob))
  await t.rejects(redeem(second), { code: 'too_many_tries' })
  t.equal(await invites.lookup(second), undefined, 'the last one alone is good')
})

t.test('where a password alone is refused and a lost passkey is kept, a link takes no password, and is not spent by one', async (t) => {
  const { invites, identity, passkeys, bob } = await openParts(t, { passwordAlone: 'refused' })
  const lost = await passkeys.keep(bob.id, newPasskey('lost'))
  const { token } = await invites.makeForPassword(bob)
  await t.rejects(invites.redeem(token, { by: { password: 'four odd herons wade' } }), { code: 'bad_request', message: /choose a passkey/ })
  t.ok(await invites.lookup(token))
  await passkeys.remove(bob.id, lost.id)
  await invites.redeem(token, { by: { password: 'four odd herons wade' } })
  t.match(await identity.signIn({ name: 'bob', password: 'four odd herons wade', ...from }), { half: String })
})
