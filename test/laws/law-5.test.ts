/**
 * Law 5: An acknowledged write survives kill -9. Half a file is never read as a whole one. A changed, moved, swapped or shortened record
 * does not open (AES-256-GCM with `authTagLength: 16`, owner and record id as associated data).
 *
 * Here on the two rooms together, as credentials are kept; each part in every detail is in test/store and test/vault.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { configSchema } from '../../config/index.ts'
import { createFileStore, type Store } from '../../relay/store/index.ts'
import { createMasterKey, createVault, type Sealed, type SealRef, type Vault } from '../../relay/vault/index.ts'
import { tempFolder } from '../temp-folder.ts'

const { masterKey } = configSchema.parse({})
const place = (number: number, owner = 'ann'): SealRef => ({ owner, account: String(number), record: 'credential' })

async function newFolder(t: Test): Promise<string> {
  const folder = await tempFolder(t)
  await createMasterKey(masterKey, folder)
  return folder
}

async function withRooms<T>(folder: string, use: (store: Store, vault: Vault) => Promise<T>): Promise<T> {
  const store = createFileStore({ folder })
  const vault = createVault({ store, masterKey, folder, env: {} })
  await store.start()
  try {
    await vault.start()
    return await use(store, vault)
  } finally {
    await vault.stop()
    await store.stop()
  }
}

/** Lets a process write until it is killed; gives the last number that it was told is safe. */
async function writeUntilKilled(t: Test, folder: string, first: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'law-5-writer.ts'), folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const closed = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), closed])
  await sleep(Math.random() * 50)
  child.kill('SIGKILL')
  await closed
  return Number(printed.split('\n').at(-2) ?? Number.NaN)
}

t.test('law 5: a password whose writing was acknowledged survives kill -9 and opens', async (t) => {
  const folder = await newFolder(t)
  let safe = -1
  for (let run = 0; run < 10; run += 1) {
    const last = await writeUntilKilled(t, folder, safe + 1)
    t.ok(last > safe, 'some were acknowledged')
    safe = last
    await withRooms(folder, async (store, vault) => {
      const credentials = store.collection<Sealed>({ name: 'credentials' })
      for (let number = 0; number <= safe; number += 1) {
        const kept = await credentials.get(String(number))
        if (kept === undefined) return t.fail(`${number} of ${safe} is lost`)
        const fields = JSON.parse(String(await vault.open(place(number), kept.value)))
        if (fields.password !== `password ${number}`) t.equal(fields.password, `password ${number}`)
      }
      // Ones that were not acknowledged would be overwritten by the next run.
      for (const { id } of await credentials.list()) if (Number(id) > safe) await credentials.delete(id)
    })
  }
  t.comment(`${safe + 1} passwords`)
})

t.test('law 5: half a file is never read as a whole one', async (t) => {
  const folder = await newFolder(t)
  await withRooms(folder, async (store, vault) => store.collection({ name: 'credentials' }).put('1', await vault.seal(place(1), Buffer.from('x'))))
  const path = join(folder, 'store.json')
  const whole = await readFile(path)
  for (let length = 0; length < whole.length; length += 7) {
    const half = whole.subarray(0, length)
    await writeFile(path, half)
    const opened = await withRooms(folder, async () => 'opened').catch((error: { code?: string }) => error.code)
    if (opened !== 'store_damaged') t.equal(opened, 'store_damaged', `${length} bytes`)
    if (!(await readFile(path)).equals(half)) t.fail('the half file was written over')
  }
  await writeFile(path, whole)
  t.equal(await withRooms(folder, async () => 'opened'), 'opened', 'the whole one is')
})

t.test('law 5: a record that is changed, moved, swapped or shortened does not open', async (t) => {
  const folder = await newFolder(t)
  await withRooms(folder, async (_store, vault) => {
    const sealed = await vault.sealCredential(place(1), { password: 'one' })
    const other = await vault.sealCredential(place(2, 'bob'), { password: 'two' })
    const cut = (text: string, bytes: number) => Buffer.from(text, 'base64').subarray(0, bytes).toString('base64')
    const spoiled: Record<string, [SealRef, Sealed]> = {
      'changed data': [place(1), { ...sealed, data: cut(sealed.data, 5) + cut(other.data, 3) }],
      'changed key id': [place(1), { ...sealed, keyId: other.keyId }],
      'moved to another owner': [place(1, 'bob'), sealed],
      'moved to another account': [place(2), sealed],
      'moved to another name': [{ ...place(1), record: 'session' }, sealed],
      'swapped with another': [place(1), other],
      'nonce of another': [place(1), { ...sealed, nonce: other.nonce }],
      'shortened data': [place(1), { ...sealed, data: cut(sealed.data, 4) }],
      ...Object.fromEntries([0, 4, 8, 12, 15].map((bytes) => [`a tag of ${bytes} bytes`, [place(1), { ...sealed, tag: cut(sealed.tag, bytes) }]])),
    }
    for (const [how, [ref, record]] of Object.entries(spoiled)) await t.rejects(vault.open(ref, record), { code: 'vault_record_damaged' }, how)
    t.equal(String(await vault.open(place(1), sealed)), '{"password":"one"}', 'as it was, it opens')
  })
})
