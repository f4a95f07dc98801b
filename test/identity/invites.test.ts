import t, { type Test } from 'tap'
import { createIdentity, createInvites, type Identity } from '../../relay/identity/index.ts'
import { setClock } from './clock.ts'
import { openStore } from './open-store.ts'
import { signInWholly } from './sign-in-wholly.ts'

const password = 'three odd herons wade'
const from = { address: '192.0.2.1', agent: 'Firefox' }

/** Ann, with a link for another password; `meanwhile` happens after the link was looked at, before or while it changes anything. */
async function openLink(t: Test, meanwhile: (identity: Identity, id: string) => Partial<Pick<Identity, 'findUser' | 'resetPassword'>>) {
  const { store } = await openStore(t)
  const { now } = setClock()
  const identity = createIdentity({ store, now })
  await identity.start()
  const ann = await identity.addUser({ name: 'ann', password: 'a horse in a bath', role: 'member' })
  const invites = createInvites({ store, now, identity: { ...identity, ...meanwhile(identity, ann.id) } })
  const { token } = await invites.makeForPassword(ann)
  return { identity, invites, ann, token }
}

t.test('who is disabled after the link was looked at, and before it gives another password, is refused like any link that is no good', async (t) => {
  const { identity, invites, ann, token } = await openLink(t, (identity) => ({
    async findUser(id) {
      const found = await identity.findUser(id)
      await identity.disableUser(id)
      return found
    },
  }))
  await t.rejects(invites.redeem(token, password), { code: 'invite_invalid' })
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
  await t.rejects(invites.redeem(token, password), { code: 'invite_invalid' })
  await identity.enableUser(ann.id)
  t.equal((await signInWholly(identity, { name: 'ann', password: 'a horse in a bath', ...from })).user.id, ann.id)
})
