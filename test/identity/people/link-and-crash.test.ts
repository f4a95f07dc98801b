import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type ChosenWay, createIdentity, createInvites, createPasskeys, type Identity, type Invites, type Passkeys } from '../../../relay/identity/index.ts'
import { createFileStore, type Store } from '../../../relay/store/index.ts'
import { startStore } from '../../store/start-store.ts'
import { tempFolder } from '../../temp-folder.ts'
import { newPasskey } from '../passkeys/new-passkey.ts'

const password = 'three odd herons wade'
const old = 'a horse in a bath'
const from = { address: '192.0.2.1', agent: 'Firefox' }

/** The store of a relay, and what of it stands on the disk when `take` is called: what a kill leaves then. */
async function openFolder(t: Test) {
  const folder = await tempFolder(t)
  const store = await startStore(t, folder)
  const left: { readonly at: string; readonly folder: string }[] = []
  const take = async (at: string) => {
    const copy = join(folder, at.replaceAll(' ', '-'))
    await mkdir(copy)
    await copyFile(join(folder, 'store.json'), join(copy, 'store.json'))
    left.push({ at, folder: copy })
  }
  return { store, left, take }
}

/** `noting` is called before and after what the people's records and the links' are written by. */
function noted(store: Store, noting: (at: string) => Promise<void>): Store {
  return {
    ...store,
    collection(shape) {
      const records = store.collection(shape)
      const around = async <T>(at: string, work: () => Promise<T>): Promise<T> => {
        await noting(`before ${at}`)
        const done = await work()
        await noting(`after ${at}`)
        return done
      }
      if (shape.name === 'users') return { ...records, put: (...given) => around('the person is written', () => records.put(...given)) }
      if (shape.name === 'invites') return { ...records, delete: (...given) => around('the link is deleted', () => records.delete(...given)) }
      if (shape.name === 'passkeys') return { ...records, put: (...given) => around('the passkey is written', () => records.put(...given)) }
      return records
    },
  }
}

async function openParts(store: Store, meanwhile: (identity: Identity) => Partial<Identity> = () => ({})) {
  const passkeys = createPasskeys({ store })
  const identity = createIdentity({ store, passkeys })
  await identity.start()
  const invites = createInvites({
    store,
    now: Date.now,
    passkeys,
    secondFactors: { of: async () => undefined },
    identity: { ...identity, ...meanwhile(identity) },
  })
  return { identity, invites, passkeys }
}

async function namesOf(passkeys: Passkeys, userId = ''): Promise<string[]> {
  return (await passkeys.list(userId)).map(({ name }) => name)
}

type Make = (invites: Invites, identity: Identity) => Promise<string>
const invited: Make = async (invites) => (await invites.make({ name: 'ann', role: 'member' })).token
const first: Make = async (invites) => (await invites.makeFirst())?.token ?? ''
const reset: Make = async (invites, identity) => (await invites.makeForPassword(await identity.addUser({ name: 'ann', password: old, role: 'member' }))).token
const byPassword = { password }
const byPasskey = (name = 'phone') => ({ passkey: newPasskey(name) })

const kinds: readonly [words: string, make: Make, way: () => ChosenWay['by']][] = [
  ['an invitation with a password', invited, () => byPassword],
  ['an invitation with a passkey', invited, byPasskey],
  ['the link of the first run', first, () => byPassword],
  ['a link for another password', reset, () => byPassword],
  ['a link for a passkey instead', reset, byPasskey],
]

for (const [words, make, way] of kinds) {
  t.test(`a kill at any moment while ${words} is used leaves it good, or the person in by it`, async (t) => {
    const { store, left, take } = await openFolder(t)
    const plain = await openParts(store)
    const token = await make(plain.invites, plain.identity)
    const { invites } = await openParts(noted(store, take))
    await invites.redeem(token, { name: 'ann', by: way() })
    await take('in the end')
    t.ok(left.length >= 5)
    let wasGood = 0
    for (const { at, folder } of left) {
      const present = createFileStore({ folder })
      await present.start()
      const later = await openParts(present)
      const isGood = (await later.invites.lookup(token)) !== undefined
      if (isGood) {
        wasGood++
        await later.invites.redeem(token, { name: 'ann', by: byPasskey('tablet') })
      }
      const ann = await later.identity.findUser('ann')
      const isByPasskey = isGood || 'passkey' in way()
      // Nothing is left of a use that was cut off.
      t.strictSame(await namesOf(later.passkeys, ann?.id), isGood ? ['tablet'] : isByPasskey ? ['phone'] : [], at)
      t.equal(later.identity.hasPassword(ann?.id ?? ''), !isByPasskey, at)
      await t.rejects(later.invites.redeem(token, { name: 'ann', by: byPassword }), { code: 'invite_invalid' }, at)
      t.same(await later.invites.list(), [], at)
      await present.stop()
    }
    t.ok(wasGood >= 1 && wasGood < left.length)
  })
}

t.test('a kill at any moment while a link for a passkey instead is used leaves those before good, or the new one alone', async (t) => {
  const { store, left, take } = await openFolder(t)
  const plain = await openParts(store)
  const ann = await plain.identity.addUser({ name: 'ann', password: old, role: 'member' })
  const lost = await plain.passkeys.keep(ann.id, newPasskey('lost'))
  const { token } = await plain.invites.makeForPassword(ann)
  const { invites } = await openParts(noted(store, take))
  await invites.redeem(token, { by: byPasskey('found') })
  await take('in the end')
  const [found] = await plain.passkeys.list(ann.id)
  const good: string[] = []
  for (const { at, folder } of left) {
    const present = createFileStore({ folder })
    await present.start()
    const passkeys = createPasskeys({ store: present })
    // What authenticators sign is tested with Chromium's.
    const prove: Passkeys['prove'] = async ({ response }) => response as { userId: string; id: string }
    const identity = createIdentity({ store: present, passkeys: { list: (id) => passkeys.list(id), remove: (user, id) => passkeys.remove(user, id), prove } })
    await identity.start()
    const opens = (id = '') =>
      identity.signInByPasskey({ response: { userId: ann.id, id }, place: { origin: 'http://localhost', host: 'localhost' }, purpose: '', ...from }).then(
        () => true,
        () => false,
      )
    const [byLost, byFound] = [await opens(lost.id), await opens(found?.id)]
    good.push(`${byLost ? 'lost' : ''}${byFound ? 'found' : ''}`)
    t.same(await namesOf(passkeys, ann.id), byLost ? ['lost'] : ['found'], `${at}: of the other not even the record is left`)
    await present.stop()
  }
  t.same([...new Set(good)], ['lost', 'found'])
})

t.test('of a hundred who race for a link with a password each, one gets in, and no password of the others is hashed', async (t) => {
  const { store } = await openFolder(t)
  let hashed = 0
  const { identity, invites } = await openParts(store, (identity) => ({
    addUser(user) {
      hashed++
      return identity.addUser(user)
    },
  }))
  const { token } = await invites.make({ name: 'ann', role: 'member' })
  const racing = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => invites.redeem(token, { by: { password: `${password} ${index}` } })))
  t.equal(racing.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of racing) if (one.status === 'rejected') t.equal(one.reason.code, 'invite_invalid')
  t.equal(hashed, 1)
  t.equal((await identity.listUsers()).length, 1)
})

t.test('a link that is withdrawn while the password is hashed does nothing, though that takes it afterwards', async (t) => {
  const { store } = await openFolder(t)
  const withdrawn: boolean[] = []
  let withdraw = async () => false
  const parts = await openParts(store, (identity) => ({
    async resetPassword(...given) {
      const reset = identity.resetPassword(...given)
      reset.catch(() => {})
      withdrawn.push(await withdraw())
      return reset
    },
  }))
  const ann = await parts.identity.addUser({ name: 'ann', password: old, role: 'member' })
  const { token } = await parts.invites.makeForPassword(ann)
  withdraw = () => parts.invites.withdrawReset(ann.id)
  await t.rejects(parts.invites.redeem(token, { by: byPassword }), { code: 'invite_invalid' })
  t.same(withdrawn, [true])
  t.match(await parts.identity.signIn({ name: 'ann', password: old, ...from }), { user: { name: 'ann' } })

  const { token: second, invite } = await parts.invites.makeForPassword(ann)
  withdraw = async () => false
  const used = parts.invites.redeem(second, { by: byPassword })
  // On its way to the disk, not there yet.
  while (!parts.identity.cameBy(ann.id, invite.id)) await new Promise((resolve) => setImmediate(resolve))
  t.equal(await parts.invites.withdraw(invite.id), false, 'it is spent')
  await used
})

for (const [words, heldAt, isWithdrawn] of [
  ['does nothing', 'it is used', true],
  ['is waited for where it takes the link before, which was spent then', 'before the person is written', false],
] as const) {
  t.test(`a use that begins while the link is being deleted ${words}`, async (t) => {
    const { store } = await openFolder(t)
    const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let use: Promise<unknown> | undefined
    let token = ''
    const noting = async (at: string) => {
      if (at === 'before the link is deleted' && use === undefined) {
        use = invites.redeem(token, { by: byPassword })
        use.catch(() => {})
        await begun.promise
      }
      if (at === 'after the link is deleted' && !isWithdrawn) over.resolve()
      if (at !== heldAt) return
      begun.resolve()
      await over.promise
    }
    const { invites, identity } = await openParts(noted(store, noting), (identity) => ({
      async addUser(user) {
        await noting('it is used')
        return identity.addUser(user)
      },
    }))
    const given = await invites.make({ name: 'ann', role: 'member' })
    token = given.token
    t.equal(await invites.withdraw(given.invite.id), isWithdrawn)
    t.equal((await identity.listUsers()).length, isWithdrawn ? 0 : 1)
    over.resolve()
    if (isWithdrawn) await t.rejects(use ?? Promise.resolve(), { code: 'invite_invalid' })
    else t.match(await use, { name: 'ann' })
    t.equal((await identity.listUsers()).length, isWithdrawn ? 0 : 1)
  })
}

t.test('a link whose record could not be written is good still; one that could not be deleted is spent', async (t) => {
  const { store } = await openFolder(t)
  let fails = ''
  const { invites, identity } = await openParts(
    noted(store, async (at) => {
      if (at === fails) throw new Error('no space left on device')
    }),
  )
  const { token } = await invites.make({ name: 'ann', role: 'member' })
  fails = 'before the person is written'
  await t.rejects(invites.redeem(token, { by: byPassword }), { message: 'no space left on device' })
  t.ok(await invites.lookup(token))
  fails = 'before the link is deleted'
  t.match(await invites.redeem(token, { by: byPassword }), { name: 'ann' })
  t.equal(await invites.lookup(token), undefined)
  await t.rejects(invites.redeem(token, { by: byPassword }), { code: 'invite_invalid' })
  fails = ''
  t.same(await invites.list(), [])
  t.equal((await identity.listUsers()).length, 1)
})
