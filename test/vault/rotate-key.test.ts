import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Sealed, SealRef, Vault } from '../../relay/vault/index.ts'
import { tempFolder } from '../temp-folder.ts'
import { ann, newVault, openVault, type VaultPlace } from './open-vault.ts'
import { slowStore } from './slow-store.ts'

const plaintext = Buffer.from('plain')
const refs: readonly SealRef[] = Array.from({ length: 20 }, (_, i) => ({ ...ann, account: `account ${i}` }))

async function sealAll(vault: Vault): Promise<Sealed[]> {
  return Promise.all(refs.map((ref) => vault.seal(ref, plaintext)))
}

async function countOpen(vault: Vault, sealed: readonly Sealed[]): Promise<number> {
  const results = await Promise.allSettled(refs.map((ref, i) => vault.open(ref, sealed[i] as Sealed)))
  return results.filter((result) => result.status === 'fulfilled' && result.value.equals(plaintext)).length
}

t.test('every record opens during and after a rotation, and the old key opens nothing any more', async (t) => {
  const { folder, store, vault, stop } = await newVault(t)
  const path = join(folder, 'master.key')
  const old = await readFile(path, 'utf8')
  const sealed = await sealAll(vault)
  const rotating = vault.rotateKey()
  t.equal(await countOpen(vault, sealed), refs.length, 'while it rotates')
  const { keyId, rewrapped } = await rotating
  t.equal(rewrapped, refs.length)
  t.equal(await countOpen(vault, sealed), refs.length, 'after it')
  const wrapped = await store.collection<{ masterKeyId: string }>({ name: 'data-keys' }).list()
  t.ok(wrapped.every(({ value }) => value.masterKeyId === keyId))

  const text = await readFile(path, 'utf8')
  t.match(text, /^[A-Za-z0-9+/]{43}=\n$/, 'one key is left in the file')
  t.not(text, old)
  await stop()
  const again = await openVault(t, { folder })
  t.equal(await countOpen(again.vault, sealed), refs.length, 'after a restart')
  await again.stop()
  await writeFile(path, old)
  await t.rejects(openVault(t, { folder }), { code: 'vault_wrong_key' })
})

t.test('what is sealed, made and destroyed while keys rotate is right afterwards', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const kept = new Map<string, Sealed>()
  const gone: [SealRef, Sealed][] = []
  let rotating = true
  const work = async (lane: number) => {
    for (let i = 0; rotating; i += 1) {
      const ref = { ...ann, account: `${lane}/${i}` }
      const sealed = await vault.seal(ref, plaintext)
      if (i % 3 === 0) {
        await vault.destroyKey(ref.account)
        gone.push([ref, sealed])
      } else kept.set(ref.account, sealed)
    }
  }
  const lanes = [0, 1, 2, 3].map(work)
  const rotations = await Promise.all([vault.rotateKey(), vault.rotateKey(), vault.rotateKey()])
  t.equal(new Set(rotations.map(({ keyId }) => keyId)).size, 3, 'rotations that are asked for together run one after another')
  rotating = false
  await Promise.all(lanes)
  await stop()
  const again = await openVault(t, { folder })
  t.ok(kept.size > 3 && gone.length > 0, `${kept.size} kept, ${gone.length} destroyed`)
  for (const [account, sealed] of kept) t.strictSame(await again.vault.open({ ...ann, account }, sealed), plaintext)
  for (const [ref, sealed] of gone) await t.rejects(again.vault.open(ref, sealed), { code: 'vault_record_damaged' })
})

t.test('a data key that is on its way to the store when a rotation begins is wrapped anew as well', async (t) => {
  const { folder, stop } = await newVault(t)
  await stop()
  const { vault, stop: stopSlow } = await openVault(t, { folder, engine: slowStore })
  const sealing = vault.seal(ann, plaintext)
  // The account has been looked up by now, and its new key is being written.
  await sleep(230)
  await vault.rotateKey()
  const sealed = await sealing
  await stopSlow()
  t.strictSame(await (await openVault(t, { folder })).vault.open(ann, sealed), plaintext)
})

t.test('rotations that fail half-way lose nothing, and the next one finishes', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const path = join(folder, 'master.key')
  const sealed = await sealAll(vault)
  const inTheWay = join(folder, `store.json.${process.pid}.tmp`)
  const keys = async () => (await readFile(path, 'utf8')).trim().split('\n').length
  await mkdir(inTheWay)
  for (const count of [2, 3]) {
    await t.rejects(vault.rotateKey(), { code: 'data_unwritable' })
    t.equal(await keys(), count, 'every key that may be needed is in the file')
    t.equal(await countOpen(vault, sealed), refs.length)
  }
  await rmdir(inTheWay)
  await stop()
  const again = await openVault(t, { folder })
  t.equal(await countOpen(again.vault, sealed), refs.length, 'after a restart, which finishes')
  t.equal(await keys(), 1)
  t.equal((await again.vault.rotateKey()).rewrapped, refs.length)
})

t.test('a key file that cannot be written leaves the rotation undone', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const sealed = await sealAll(vault)
  const before = await readFile(join(folder, 'master.key'))
  await mkdir(join(folder, 'master.key.tmp', 'in the way'), { recursive: true })
  await t.rejects(vault.rotateKey(), { code: 'data_unwritable' })
  t.strictSame(await readFile(join(folder, 'master.key')), before)
  t.equal(await countOpen(vault, sealed), refs.length)
  await stop()
  t.equal(await countOpen((await openVault(t, { folder })).vault, sealed), refs.length)
})

t.test('a key from the environment is replaced by the one in LOGIN_RELAY_MASTER_KEY_NEXT', async (t) => {
  const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const folder = await tempFolder(t)
  const open = (LOGIN_RELAY_MASTER_KEY: string, nextKey?: string) =>
    openVault(t, { folder, source: 'environment', env: { LOGIN_RELAY_MASTER_KEY, ...(nextKey === undefined ? {} : { LOGIN_RELAY_MASTER_KEY_NEXT: nextKey }) } })
  const needsNext = { code: 'vault_next_key_missing', next: /LOGIN_RELAY_MASTER_KEY_NEXT/ }

  let { vault, stop } = await open(old)
  const sealed = await sealAll(vault)
  await t.rejects(vault.rotateKey(), needsNext, 'without it there is no rotation')
  await stop()
  ;({ vault, stop } = await open(old, old))
  await t.rejects(vault.rotateKey(), needsNext, 'nor with the same key once more')
  await stop()
  ;({ vault, stop } = await open(old, next))
  t.equal((await vault.rotateKey()).rewrapped, refs.length)
  t.equal(await countOpen(vault, sealed), refs.length)
  await t.rejects(vault.rotateKey(), needsNext, 'once is enough')
  await stop()

  ;({ vault, stop } = await open(old, next))
  t.equal(await countOpen(vault, sealed), refs.length, 'restarted with both')
  await stop()
  ;({ vault, stop } = await open(next))
  t.equal(await countOpen(vault, sealed), refs.length, 'restarted with the new one alone')
  await stop()
  await t.rejects(open(old), { code: 'vault_wrong_key' }, 'the old one alone opens nothing')
})

t.test('a passphrase is replaced by the one in LOGIN_RELAY_PASSPHRASE_NEXT', async (t) => {
  const place = (env: Record<string, string>): VaultPlace => ({ folder, source: 'passphrase', env })
  const folder = await tempFolder(t)
  const { vault, stop } = await openVault(t, place({ LOGIN_RELAY_PASSPHRASE: 'old words', LOGIN_RELAY_PASSPHRASE_NEXT: 'new words' }))
  const sealed = await sealAll(vault)
  t.equal((await vault.rotateKey()).rewrapped, refs.length)
  await stop()
  const { vault: again } = await openVault(t, place({ LOGIN_RELAY_PASSPHRASE: 'new words' }))
  t.equal(await countOpen(again, sealed), refs.length)
  await t.rejects(again.rotateKey(), { code: 'vault_next_key_missing', next: /LOGIN_RELAY_PASSPHRASE_NEXT/ })
})

t.test('a rotation between keys of the environment that fails half-way is finished by asking again', async (t) => {
  const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const folder = await tempFolder(t)
  const place: VaultPlace = { folder, source: 'environment', env: { LOGIN_RELAY_MASTER_KEY: old, LOGIN_RELAY_MASTER_KEY_NEXT: next } }
  const { vault, stop } = await openVault(t, place)
  const sealed = await sealAll(vault)
  const inTheWay = join(folder, `store.json.${process.pid}.tmp`)
  await mkdir(inTheWay)
  await t.rejects(vault.rotateKey(), { code: 'data_unwritable' })
  t.equal(await countOpen(vault, sealed), refs.length)
  await rmdir(inTheWay)
  t.equal((await vault.rotateKey()).rewrapped, refs.length)
  await stop()
  const { vault: again } = await openVault(t, { ...place, env: { LOGIN_RELAY_MASTER_KEY: next } })
  t.equal(await countOpen(again, sealed), refs.length)
})
