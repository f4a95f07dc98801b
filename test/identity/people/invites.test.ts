import t, { type Test } from 'tap'
import { createIdentity, createInvites, createPasskeys, type Identity } from '../../../relay/identity/index.ts'
import { setClock } from '../clock.ts'
import { openStore } from '../open-store.ts'
import { newPasskey } from '../passkeys/new-passkey.ts'
import { signInWholly } from '../sign-in-wholly.ts'

const password = 'three odd herons wade'
const from = { address: '192.0.2.1', agent: 'Firefox' }

/** Ann, with a link for another password; `meanwhile` happens after the link was looked at, before or while it changes anything. */
async function openLink(t: Test, meanwhile: (identity: Identity, id: string) => Partial<Pick<Identity, 'findUser' | 'resetPassword' | 'resetToPasskey'>>) {
  const { store } = await openStore(t)
  const { now } = setClock()
  const passkeys = createPasskeys({ store, now })
  const identity = createIdentity({ store, passkeys, now })
  await identity.start()
  const ann = await identity.addUser({ name: 'ann', password: 'a horse in a bath', role: 'member' })
  const invites = createInvites({
    store,
    now,
    passkeys,
    secondFactors: { of: async () => undefined },
    identity: { ...identity, ...meanwhile(identity, ann.id) },
  })
  const { token } = await invites.makeForPassword(ann)
  return { identity, invites, ann, token, passkeys }
}

t.test('who is disabled after the link was looked at, and before it gives another password, is refused like any link that is no good', async (t) => {
  const { identity, invites, ann, token } = await openLink(t, (identity) => ({
    async findUser(id) {
      const found = await identity.findUser(id)
      await identity.disableUser(id)
      return found
    },
  }))
  await t.rejects(invites.redeem(token, { by: { password } }), { code: 'invite_invalid' })
  await identity.enableUser(ann.id)
  await t.rejects(identity.signIn({ name: 'ann', password, ...from }), { code: 'unauthenticated' }, 'it changed nothing')
})

t.test('who is disabled while the password of a link is hashed is refused too, and keeps the one he had', async (t) => {
  const { identity, invites, ann, token } = await openLink(t, (identity) => ({
    async resetPassword(id, wanted) {
      const [user] = await Promise.all([identity.resetPassword(id, wanted), identity.disableUser(id)])
      return user
    },
  }))
  await t.rejects(invites.redeem(token, { by: { password } }), { code: 'invite_invalid' })
  await identity.enableUser(ann.id)
  t.equal((await signInWholly(identity, { name: 'ann', password: 'a horse in a bath', ...from })).user.id, ann.id)
})

t.test('of many who race for an invitation with a passkey each, one comes in, and no passkey of the others is kept', async (t) => {
  const { identity, invites, passkeys } = await openLink(t, () => ({}))
  const { token, invite } = await invites.make({ name: 'bob', role: 'member' })
  const racing = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => invites.redeem(token, { by: { passkey: newPasskey(`phone ${index}`) } })))
  t.same(racing.map(({ status }) => status).sort(), ['fulfilled', ...Array(19).fill('rejected')])
  for (const one of racing) if (one.status === 'rejected') t.equal(one.reason.code, 'invite_invalid')
  t.equal((await identity.findUser('bob'))?.id, invite.userId)
  t.equal((await passkeys.list(invite.userId)).length, 1)
  t.equal(identity.hasPassword(invite.userId), false)
})

t.test('where the person cannot be added, the passkey is not kept', async (t) => {
  const { identity, invites, passkeys } = await openLink(t, () => ({}))
  const { token, invite } = await invites.make({ name: 'bob', role: 'member' })
  await identity.addUser({ name: 'Bob', password, role: 'member' })
  await t.rejects(invites.redeem(token, { by: { passkey: newPasskey('phone') } }), { code: 'already_exists' })
  t.same(await passkeys.list(invite.userId), [])
})

t.test('a link of the first run adds nobody where somebody came in since it was looked at', async (t) => {
  const { store } = await openStore(t)
  const { now } = setClock()
  const identity = createIdentity({ store, now })
  await identity.start()
  const passkeys = createPasskeys({ store, now })
  const invites = createInvites({ store, now, passkeys, secondFactors: { of: async () => undefined }, identity: { ...identity, listUsers: async () => [] } })
  const { token = '' } = (await invites.makeFirst()) ?? {}
  await identity.addUser({ name: 'bob', password, role: 'member' })
  await t.rejects(invites.redeem(token, { name: 'eve', by: { password } }), { code: 'invite_invalid' })
  t.match(await identity.listUsers(), [{ name: 'bob' }])
  t.equal((await identity.listUsers()).length, 1)
})

t.test('by a link for another way in, a passkey takes the place of the password and of the passkeys before, unless he is disabled meanwhile', async (t) => {
  const { identity, invites, ann, token, passkeys } = await openLink(t, (identity) => ({
    async resetToPasskey(id, passkey) {
      await identity.disableUser(id)
      return identity.resetToPasskey(id, passkey)
    },
  }))
  const old = await passkeys.keep(ann.id, newPasskey('lost'))
  await t.rejects(invites.redeem(token, { by: { passkey: newPasskey('found') } }), { code: 'invite_invalid' })
  t.match(await passkeys.list(ann.id), [{ id: old.id }])
  await identity.enableUser(ann.id)
  t.ok(identity.hasPassword(ann.id))

  const later = createInvites({ store: (await openStore(t)).store, now: () => 0, passkeys, secondFactors: { of: async () => undefined }, identity })
  const { token: again } = await later.makeForPassword(ann)
  await later.redeem(again, { by: { passkey: newPasskey('found') } })
  t.match(await passkeys.list(ann.id), [{ name: 'found' }])
  t.equal((await passkeys.list(ann.id)).length, 1)
  t.equal(identity.hasPassword(ann.id), false)
  await t.rejects(identity.signIn({ name: 'ann', password: 'a horse in a bath', ...from }), { code: 'unauthenticated' })
})
