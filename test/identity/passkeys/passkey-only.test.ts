import t, { type Test } from 'tap'
import { createIdentity, createPasskeys, type Principal, type User } from '../../../relay/identity/index.ts'
import { PasswordHasher } from '../../../relay/identity/passwords/password-hash.ts'
import { Turns } from '../../../relay/identity/passwords/turns.ts'
import { Users } from '../../../relay/identity/people/users.ts'
import { setClock } from '../clock.ts'
import { openStore } from '../open-store.ts'
import { newPasskey } from './new-passkey.ts'

const password = 'three odd herons wade'
const from = { address: '192.0.2.1', agent: 'Firefox' }

async function open(t: Test) {
  const { store } = await openStore(t)
  const { now } = setClock()
  const passkeys = createPasskeys({ store, now })
  const identity = createIdentity({ store, passkeys, now })
  await identity.start()
  const ann = await identity.addUser({ name: 'ann', role: 'member' })
  return { identity, passkeys, ann }
}

function principal(user: User): Extract<Principal, { kind: 'portal' }> {
  const session = { id: 's', userId: user.id, csrf: 'c', verifiedAt: 0, createdAt: 0, expiresAt: 1, lastUsedAt: 0, agent: '', address: '' }
  return { kind: 'portal', user, session }
}

t.test('no password fits who has none, in the time and the words of a name that is nobody’s', async (t) => {
  const hashed: unknown[] = []
  class CountingHasher extends PasswordHasher {
    override fits(given: string, stored?: Parameters<PasswordHasher['fits']>[1]): Promise<boolean> {
      hashed.push(stored)
      return super.fits(given, stored)
    }
  }
  const users = new Users((await openStore(t)).store, new CountingHasher(new Turns(2, 10), { N: 16, r: 8, p: 1 }), setClock().now)
  await users.add({ name: 'ann', role: 'member' })
  for (const typed of [password, '', 'undefined']) {
    t.equal(await users.authenticate('ann', typed), undefined)
    t.equal(await users.authenticate('nobody', typed), undefined)
  }
  t.same(hashed, Array(6).fill(undefined), 'one hash each, that of nobody')
  const { identity } = await open(t)
  const refusal = async (name: string) => {
    const { code, message, next } = await identity.signIn({ name, password, ...from }).then(
      () => t.fail('it was let in'),
      (error) => error,
    )
    return { code, message, next }
  }
  t.same(await refusal('ann'), await refusal('nobody'))
})

t.test('the last passkey of who has no password stays, though two at once take one away each', async (t) => {
  const { identity, passkeys, ann } = await open(t)
  const [phone, laptop] = [await passkeys.keep(ann.id, newPasskey('phone')), await passkeys.keep(ann.id, newPasskey('laptop'))]
  const both = await Promise.allSettled([phone, laptop].map(({ id }) => identity.removePasskey(ann.id, id, undefined)))
  t.match(both, [{ value: true }, { reason: { code: 'bad_request' } }])
  t.match(await passkeys.list(ann.id), [{ name: 'laptop' }])
  t.equal((await passkeys.list(ann.id)).length, 1)

  const elsewhere = await passkeys.keep(ann.id, newPasskey('elsewhere', 'relay.example.com'))
  await t.rejects(identity.removePasskey(ann.id, elsewhere.id, 'relay.example.com'), { code: 'bad_request' }, 'what is left does not work where he is')
  t.equal(await identity.removePasskey(ann.id, elsewhere.id, 'localhost'), true)

  await identity.addPassword({ principal: principal(ann), newPassword: password })
  t.equal(await identity.removePasskey(ann.id, laptop.id, undefined), true, 'with a password it may go')
  t.equal(await identity.removePasskey(ann.id, laptop.id, undefined), false)
})

t.test('a password is added once; who has one changes it, by proving it', async (t) => {
  const { identity, ann } = await open(t)
  t.equal(identity.hasPassword(ann.id), false)
  await t.rejects(identity.addPassword({ principal: principal(ann), newPassword: 'short' }), { code: 'bad_request' })
  const racing = await Promise.allSettled(
    ['one', 'two', 'three'].map((word) => identity.addPassword({ principal: principal(ann), newPassword: `${password} ${word}` })),
  )
  t.same(racing.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
  await t.rejects(identity.addPassword({ principal: principal(ann), newPassword: password }), { code: 'bad_request' })
  t.equal(identity.hasPassword(ann.id), true)
  await identity.disableUser(ann.id)
  await identity.enableUser(ann.id)
  t.equal(identity.hasPassword(ann.id), true, 'being disabled takes nothing of it')
})
