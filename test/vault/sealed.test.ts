import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Sealed, SealRef, Vault } from '../../relay/vault/index.ts'
import fc from '../property.ts'
import { ann, bob, newVault, openVault } from './open-vault.ts'

const plaintext = Buffer.from('{"password":"correct horse"}')

async function staysShut(t: Test, vault: Vault, ref: SealRef, sealed: Sealed, how: string): Promise<void> {
  const outcome = await vault.open(ref, sealed).then(
    () => 'opened',
    (error: { code?: string }) => error.code,
  )
  if (outcome !== 'vault_record_damaged') t.equal(outcome, 'vault_record_damaged', how)
}

function flipBase64(text: string, bit: number): string {
  const bytes = Buffer.from(text, 'base64')
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
  return bytes.toString('base64')
}

t.test('what is sealed opens again, after a restart too', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const sealed = await vault.seal(ann, plaintext)
  t.strictSame(await vault.open(ann, sealed), plaintext)
  const empty = await vault.seal(ann, Buffer.alloc(0))
  await stop()
  const again = await openVault(t, { folder })
  t.strictSame(await again.vault.open(ann, sealed), plaintext)
  t.strictSame(await again.vault.open(ann, empty), Buffer.alloc(0))
})

t.test('any bytes under any names open again', async (t) => {
  const { vault } = await newVault(t)
  const name = fc.string({ unit: 'binary' })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), name, name, fc.constantFrom('a', 'b'), async (bytes, owner, record, account) => {
      const ref = { owner, account, record }
      return (await vault.open(ref, await vault.seal(ref, bytes))).equals(bytes)
    }),
    { numRuns: 50 },
  )
})

t.test('with any bit of nonce, data, tag, key id or owner flipped a record stays shut (law 5)', async (t) => {
  const { vault } = await newVault(t)
  const sealed = await vault.seal(ann, plaintext)
  for (const field of ['nonce', 'data', 'tag'] as const) {
    const bits = Buffer.from(sealed[field], 'base64').length * 8
    t.ok(bits >= 96)
    for (let bit = 0; bit < bits; bit += 1) await staysShut(t, vault, ann, { ...sealed, [field]: flipBase64(sealed[field], bit) }, `bit ${bit} of ${field}`)
  }
  const flipText = (text: string, bit: number) => {
    const bytes = Buffer.from(text)
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
    return bytes.toString('latin1')
  }
  for (let bit = 0; bit < sealed.keyId.length * 8; bit += 1)
    await staysShut(t, vault, ann, { ...sealed, keyId: flipText(sealed.keyId, bit) }, `bit ${bit} of key id`)
  for (const part of ['owner', 'record'] as const) {
    for (let bit = 0; bit < ann[part].length * 8; bit += 1)
      await staysShut(t, vault, { ...ann, [part]: flipText(ann[part], bit) }, sealed, `bit ${bit} of ${part}`)
  }
  await staysShut(t, vault, ann, { ...sealed, v: 2 as 1 }, 'another format')
  t.strictSame(await vault.open(ann, sealed), plaintext)
})

t.test('a tag cut to 4, 8 or 12 bytes, or data cut anywhere, stays shut (law 5)', async (t) => {
  const { vault } = await newVault(t)
  const sealed = await vault.seal(ann, plaintext)
  const cut = (text: string, length: number) => Buffer.from(text, 'base64').subarray(0, length).toString('base64')
  for (const length of [0, 4, 8, 12, 15]) await staysShut(t, vault, ann, { ...sealed, tag: cut(sealed.tag, length) }, `tag of ${length} bytes`)
  for (let length = 0; length < plaintext.length; length += 1)
    await staysShut(t, vault, ann, { ...sealed, data: cut(sealed.data, length) }, `data of ${length} bytes`)
  t.strictSame(await vault.open(ann, sealed), plaintext)
})

t.test('a record moved to another owner, account or name stays shut, and so do two that are swapped (law 5)', async (t) => {
  const { vault } = await newVault(t)
  const annSession = { ...ann, record: 'session' }
  const [forAnn, forBob, session] = [await vault.seal(ann, plaintext), await vault.seal(bob, plaintext), await vault.seal(annSession, plaintext)]
  await staysShut(t, vault, ann, forBob, "bob's record as ann's")
  await staysShut(t, vault, bob, forAnn, "ann's record as bob's")
  await staysShut(t, vault, ann, session, 'session as credential')
  await staysShut(t, vault, annSession, forAnn, 'credential as session')
  await staysShut(t, vault, { ...ann, owner: bob.owner }, forAnn, 'same account, other owner')
  await staysShut(t, vault, { ...ann, account: bob.account }, forAnn, 'same owner, other account')
  await staysShut(t, vault, { ...ann, account: 'account without a key' }, forAnn, 'no such account')
  t.strictSame(await vault.open(bob, forBob), plaintext)
})

t.test('a data key moved to another account, or given another id, is neither used to open nor to seal (law 5)', async (t) => {
  const { folder, store, vault, stop } = await newVault(t)
  const [forAnn, forBob] = [await vault.seal(ann, plaintext), await vault.seal(bob, plaintext)]
  const dataKeys = store.collection<Record<string, string>>({ name: 'data-keys' })
  const [annKey, bobKey] = [await dataKeys.get(ann.account), await dataKeys.get(bob.account)]
  await dataKeys.put(ann.account, { ...bobKey?.value })
  await dataKeys.put(bob.account, { ...bobKey?.value, keyId: String(annKey?.value.keyId) })
  await stop()
  const again = await openVault(t, { folder })
  await staysShut(t, again.vault, ann, forAnn, "bob's key in ann's place")
  await staysShut(t, again.vault, bob, forBob, "bob's key by another id")
  for (const ref of [ann, bob]) await t.rejects(again.vault.seal(ref, plaintext), { code: 'vault_record_damaged' }, `sealing for ${ref.owner}`)
})

t.test('nothing of the plaintext is in the sealed record or on the disk', async (t) => {
  const { folder, store, vault, stop } = await newVault(t)
  await store.collection({ name: 'accounts' }).put('1', await vault.seal(ann, plaintext))
  await stop()
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name))
    for (const form of [plaintext.toString(), plaintext.toString('base64').slice(0, -4), plaintext.toString('hex'), 'correct horse'])
      t.notOk(bytes.includes(form), name)
  }
})
