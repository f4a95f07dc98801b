import t from 'tap'
import { associate, fromText, openBox } from '../../relay/vault/aead.ts'
import type { Sealed, Vault } from '../../relay/vault/index.ts'
import { ann, bob, newVault, openVault } from './open-vault.ts'
import { slowStore } from './slow-store.ts'

const plaintext = Buffer.from('{"password":"correct horse"}')
const damaged = { code: 'vault_record_damaged' }

t.test("a destroyed key opens nothing, from the moment it is gone; other accounts' records open", async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const [forAnn, forBob] = [await vault.seal(ann, plaintext), await vault.seal(bob, plaintext)]
  await vault.destroyKey(ann.account)
  await t.rejects(vault.open(ann, forAnn), damaged, 'destroyed')
  const anew = await vault.seal(ann, plaintext)
  t.not(anew.keyId, forAnn.keyId, 'the account gets another key when it seals again')
  await t.rejects(vault.open(ann, forAnn), damaged, 'the new key does not open it')
  await stop()
  const again = await openVault(t, { folder })
  await t.rejects(again.vault.open(ann, forAnn), damaged, 'after a restart')
  t.strictSame(await again.vault.open(ann, anew), plaintext)
  t.strictSame(await again.vault.open(bob, forBob), plaintext)
})

t.test('nothing is sealed with the zeros that are left of a destroyed key', async (t) => {
  const { store, vault } = await newVault(t)
  await vault.seal(ann, plaintext)
  // A change is told in the moment before the key is wiped: some of these have found it by then and not yet used it.
  const sealing = new Promise<PromiseSettledResult<Sealed>[]>((resolve) => {
    const stop = store.collection({ name: 'data-keys' }).watch(() => {
      stop()
      resolve(Promise.allSettled(Array.from({ length: 20 }, (_, turns) => sealAfter(vault, turns))))
    })
  })
  await vault.destroyKey(ann.account)
  const results = await sealing
  for (const result of results) {
    if (result.status === 'rejected') t.match(result.reason, { code: 'store_conflict' })
    else t.notOk(opensWithZeros(result.value), 'sealed with a key')
  }
  t.ok(
    results.some(({ status }) => status === 'rejected'),
    'some came in that moment',
  )
})

t.test('a key that was read while it was destroyed is not used afterwards', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const sealed = await vault.seal(ann, plaintext)
  await stop()
  const again = await openVault(t, { folder, engine: slowStore })
  const reading = again.vault.open(ann, sealed).catch(() => {})
  await again.vault.destroyKey(ann.account)
  await reading
  await t.rejects(again.vault.open(ann, sealed), damaged)
  const anew = await again.vault.seal(ann, plaintext)
  await again.stop()
  const last = await openVault(t, { folder })
  t.strictSame(await last.vault.open(ann, anew), plaintext, 'what is sealed afterwards has a key on the disk')
})

t.test('calls that race for the first key of an account use one key', async (t) => {
  const { vault } = await newVault(t)
  const sealed = await Promise.all(Array.from({ length: 50 }, () => vault.seal(ann, plaintext)))
  t.equal(new Set(sealed.map(({ keyId }) => keyId)).size, 1)
  for (const record of sealed) t.strictSame(await vault.open(ann, record), plaintext)
})

async function sealAfter(vault: Vault, turns: number): Promise<Sealed> {
  for (let turn = 0; turn < turns; turn += 1) await undefined
  return vault.seal(ann, plaintext)
}

function opensWithZeros(sealed: Sealed): boolean {
  const box = fromText(sealed)
  const associated = associate('sealed 1', sealed.keyId, ann.owner, ann.account, ann.record)
  return box !== undefined && openBox(Buffer.alloc(32), box, associated) !== undefined
}
