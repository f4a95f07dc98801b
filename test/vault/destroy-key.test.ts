import t from 'tap'
import { associate, fromText, openBox } from '../../relay/vault/aead.ts'
import { ann, bob, newVault, openVault } from './open-vault.ts'

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

t.test('what is sealed while its key is destroyed is never sealed with a wiped key', async (t) => {
  const { vault } = await newVault(t)
  for (let run = 0; run < 50; run += 1) {
    const ref = { ...ann, account: `account ${run}` }
    await vault.seal(ref, plaintext)
    const destroying = vault.destroyKey(ref.account)
    const sealing = Array.from({ length: 20 }, async (_, i) => {
      for (let turn = 0; turn < i + run; turn += 1) await undefined
      return vault.seal(ref, plaintext)
    })
    for (const result of await Promise.allSettled(sealing)) {
      if (result.status === 'rejected') continue
      const sealed = result.value
      const box = fromText(sealed)
      const opened = box && openBox(Buffer.alloc(32), box, associate('sealed 1', sealed.keyId, ref.owner, ref.account, ref.record))
      if (opened !== undefined) t.fail('it opens with a key of zeros')
    }
    await destroying
  }
})

t.test('calls that race for the first key of an account use one key', async (t) => {
  const { vault } = await newVault(t)
  const sealed = await Promise.all(Array.from({ length: 50 }, () => vault.seal(ann, plaintext)))
  t.equal(new Set(sealed.map(({ keyId }) => keyId)).size, 1)
  for (const record of sealed) t.strictSame(await vault.open(ann, record), plaintext)
})
