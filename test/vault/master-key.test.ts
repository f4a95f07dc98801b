import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createMasterKey } from '../../relay/vault/index.ts'
import { startStore } from '../store/start-store.ts'
import { tempFolder } from '../temp-folder.ts'
import { ann, newVault, openVault, settings, type VaultPlace } from './open-vault.ts'

const plaintext = Buffer.from('plain')

/** Refused with this code, and not a byte of the data directory has changed. */
async function refused(t: Test, place: VaultPlace, error: { code: string; message?: RegExp; params?: object }, how: string): Promise<void> {
  const bytes = async () => readFile(join(place.folder, 'store.json')).catch(() => undefined)
  const before = await bytes()
  await t.rejects(openVault(t, place), error, how)
  t.strictSame(await bytes(), before, `${how}: nothing was written`)
}

t.test('the key file is made once, for its owner alone, and never written over', async (t) => {
  const folder = await tempFolder(t)
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  await createMasterKey(settings({ folder }), folder)
  const path = join(folder, 'master.key')
  const text = await readFile(path, 'utf8')
  t.match(text, /^[A-Za-z0-9+/]{43}=\n$/)
  t.equal((await stat(path)).mode & 0o777, 0o600)
  await t.rejects(createMasterKey(settings({ folder }), folder), { code: 'already_exists' })
  t.equal(await readFile(path, 'utf8'), text)
  t.strictSame(await readdir(folder), ['master.key'], 'and nothing is left beside it')
})

t.test('of ten that make the key file at once one succeeds', async (t) => {
  const folder = await tempFolder(t)
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => createMasterKey(settings({ folder }), folder)))
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  t.ok(results.every((result) => result.status === 'fulfilled' || result.reason.code === 'already_exists'))
  t.match(await readFile(join(folder, 'master.key'), 'utf8'), /^[A-Za-z0-9+/]{43}=\n$/)
})

t.test('the configured key file is made and used in place of the usual one', async (t) => {
  const folder = await tempFolder(t)
  const place = { folder, file: join(await tempFolder(t), 'my.key') }
  await createMasterKey(settings(place), folder)
  const { vault, stop } = await openVault(t, place)
  const sealed = await vault.seal(ann, plaintext)
  await stop()
  t.notOk((await readdir(folder)).includes('master.key'))
  t.strictSame(await (await openVault(t, place)).vault.open(ann, sealed), plaintext)
})

t.test('a key is made by nothing but createMasterKey: without one no vault opens, empty or full', async (t) => {
  const folder = await tempFolder(t)
  await refused(t, { folder }, { code: 'vault_key_missing' }, 'an empty data directory')
  const full = await newVault(t)
  await full.vault.seal(ann, plaintext)
  await full.stop()
  await rm(join(full.folder, 'master.key'))
  await refused(t, { folder: full.folder }, { code: 'vault_key_missing' }, 'a full one')
  t.notOk((await readdir(full.folder)).includes('master.key'))
})

t.test('a wrong master key is told at start, before anything is written', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  const sealed = await vault.seal(ann, plaintext)
  await stop()
  const path = join(folder, 'master.key')
  const right = await readFile(path)
  const wrong = randomBytes(32).toString('base64')
  await writeFile(path, `${wrong}\n`)
  await refused(t, { folder }, { code: 'vault_wrong_key' }, 'another file')
  await refused(t, { folder, source: 'environment', env: { LOGIN_RELAY_MASTER_KEY: wrong } }, { code: 'vault_wrong_key' }, 'another variable')
  await refused(t, { folder, source: 'passphrase', env: { LOGIN_RELAY_PASSPHRASE: 'some words' } }, { code: 'vault_wrong_key' }, 'a passphrase')
  await writeFile(path, right)
  t.strictSame(await (await openVault(t, { folder })).vault.open(ann, sealed), plaintext, 'the right one opens it still')
})

t.test('a key file that others can read is refused', { skip: process.platform === 'win32' ? 'no modes here' : false }, async (t) => {
  const { folder, stop } = await newVault(t)
  await stop()
  const file = join(folder, 'master.key')
  for (const mode of [0o604, 0o640, 0o620, 0o602, 0o644, 0o777]) {
    await chmod(file, mode)
    await refused(t, { folder }, { code: 'vault_key_exposed', params: { file } }, mode.toString(8))
  }
  for (const mode of [0o600, 0o400]) {
    await chmod(file, mode)
    await t.resolves((await openVault(t, { folder })).stop(), mode.toString(8))
  }
})

t.test('a file or variable that holds no key is refused without being quoted', async (t) => {
  const folder = await tempFolder(t)
  const path = join(folder, 'master.key')
  const key = randomBytes(32)
  const unfit = ['', '\n', 'hunter2hunter2', key.toString('hex'), key.toString('base64url'), key.subarray(1).toString('base64'), `${key.toString('base64')} x`]
  for (const text of unfit) {
    await writeFile(path, text, { mode: 0o600 })
    await refused(t, { folder }, { code: 'vault_key_unfit', message: /^The master key from \S+ is not 32 bytes in base64\.$/ }, `file: ${JSON.stringify(text)}`)
    const missing = text === ''
    const env = { LOGIN_RELAY_MASTER_KEY: text }
    await refused(t, { folder, source: 'environment', env }, { code: missing ? 'vault_key_missing' : 'vault_key_unfit' }, `variable: ${JSON.stringify(text)}`)
  }
  await rm(path)
  await mkdir(path, { mode: 0o700 })
  await refused(t, { folder }, { code: 'vault_key_unreadable' }, 'a folder')
})

t.test('the key may come from the environment, and the same one opens again', async (t) => {
  const folder = await tempFolder(t)
  const place: VaultPlace = { folder, source: 'environment', env: { LOGIN_RELAY_MASTER_KEY: randomBytes(32).toString('base64') } }
  const { vault, stop } = await openVault(t, place)
  const sealed = await vault.seal(ann, plaintext)
  await stop()
  t.strictSame(await (await openVault(t, place)).vault.open(ann, sealed), plaintext)
  t.strictSame((await readdir(folder)).sort(), ['lock', 'store.json'], 'and no key file is made')
})

t.test('the key may be stretched from a passphrase, with a salt of its own for each vault', async (t) => {
  const folder = await tempFolder(t)
  const place: VaultPlace = { folder, source: 'passphrase', env: { LOGIN_RELAY_PASSPHRASE: 'correct horse bätter' } }
  const { store, vault, stop } = await openVault(t, place)
  const sealed = await vault.seal(ann, plaintext)
  const check = (await store.collection<Record<string, string>>({ name: 'vault' }).get('key-check'))?.value
  await stop()
  const decomposed: VaultPlace = { ...place, env: { LOGIN_RELAY_PASSPHRASE: 'correct horse bätter'.normalize('NFD') } }
  const again = await openVault(t, decomposed)
  t.strictSame(await again.vault.open(ann, sealed), plaintext, 'typed on another keyboard too')
  await again.stop()
  await refused(t, { ...place, env: { LOGIN_RELAY_PASSPHRASE: 'correct horse batter' } }, { code: 'vault_wrong_key' }, 'another passphrase')
  await refused(t, { ...place, env: {} }, { code: 'vault_key_missing' }, 'no passphrase')

  const other = await openVault(t, { ...place, folder: await tempFolder(t) })
  const otherCheck = (await other.store.collection<Record<string, string>>({ name: 'vault' }).get('key-check'))?.value
  t.not(otherCheck?.salt, check?.salt)
  t.not(otherCheck?.masterKeyId, check?.masterKeyId)
})

t.test('data keys whose key check was taken away are not taken for a first start', async (t) => {
  const { folder, store, vault, stop } = await newVault(t)
  await vault.seal(ann, plaintext)
  await store.collection({ name: 'vault' }).delete('key-check')
  await stop()
  await refused(t, { folder }, { code: 'vault_record_damaged' }, 'no key check')
  const alone = await startStore(t, folder)
  t.equal((await alone.collection({ name: 'data-keys' }).list()).length, 1)
})

t.test('stopping wipes the master key and every open data key', async (t) => {
  const { folder, vault, stop } = await newVault(t)
  await vault.seal(ann, plaintext)
  const master = Buffer.from(await readFile(join(folder, 'master.key'), 'utf8'), 'base64')
  const wiped: Buffer[] = []
  const { fill } = Buffer.prototype
  t.teardown(() => {
    Buffer.prototype.fill = fill
  })
  Buffer.prototype.fill = function (this: Buffer, ...args: Parameters<typeof fill>) {
    if (this.length === 32 && args[0] === 0) wiped.push(Buffer.from(this))
    return fill.apply(this, args)
  } as typeof fill
  await stop()
  t.ok(
    wiped.some((key) => key.equals(master)),
    'the master key',
  )
  t.equal(wiped.length, 2, 'and the data key')
  await t.rejects(vault.seal(ann, plaintext), 'and nothing is sealed any more')
  await t.rejects(vault.rotateKey())
})
