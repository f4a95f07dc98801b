import { createHash, randomBytes, scrypt } from 'node:crypto'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../../config/index.ts'
import { RelayError } from '../errors.ts'

export interface MasterKey {
  /** Derived from the key, so that it needs no place of its own. */
  readonly id: string
  readonly bytes: Buffer
}

/** Where master keys come from. */
export interface KeySource {
  /** Two keys mean that a rotation toward the first was cut short. From the environment they mean that one may come. */
  readonly twoMeanMove: boolean
  /** The present key first. A second one is there while a rotation is under way, or when the environment brings the next. */
  load(): Promise<MasterKey[]>
  /** The key to rotate to, kept durably beside the present one. */
  next(present: MasterKey): Promise<MasterKey>
  /** Forgets every key but this one. */
  retireAllBut(present: MasterKey): Promise<void>
}

export type MasterKeySettings = Config['masterKey']

/** Makes the key file for `init`; never over one that is there. Keys that come from the environment are not made here. */
export async function createMasterKey(settings: MasterKeySettings, folder: string): Promise<void> {
  if (settings.source !== 'file') return
  const path = keyPath(settings, folder)
  try {
    await writeKeys(path, [masterKey(randomBytes(32))], 'wx')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw new RelayError('already_exists', { params: { what: `a master key in ${path}` }, cause })
    throw new RelayError('data_unwritable', { params: { dir: dirname(path) }, cause })
  }
}

export function keySource(settings: MasterKeySettings, folder: string, env: NodeJS.ProcessEnv, salt: () => Promise<Buffer>): KeySource {
  switch (settings.source) {
    case 'file':
      return fileSource(keyPath(settings, folder))
    case 'environment':
      return environmentSource(env, 'LOGIN_RELAY_MASTER_KEY', async (text) => decodeKey(text))
    case 'passphrase':
      return environmentSource(env, 'LOGIN_RELAY_PASSPHRASE', async (text) => stretch(text, await salt()))
  }
}

/** One base64 key a line, the present one first. Rotation writes both, and the new one alone once everything is wrapped with it. */
function fileSource(path: string): KeySource {
  return {
    twoMeanMove: true,
    async load() {
      const text = await readPrivate(path)
      return text
        .trim()
        .split('\n')
        .map((line) => masterKey(decodeKey(line, path)))
    },
    async next(present) {
      const key = masterKey(randomBytes(32))
      await writeKeys(path, [key, present])
      return key
    },
    retireAllBut: (present) => writeKeys(path, [present]),
  }
}

function environmentSource(env: NodeJS.ProcessEnv, variable: string, derive: (text: string) => Promise<Buffer>): KeySource {
  const read = async (name: string) => {
    const text = env[name]
    return text === undefined || text === '' ? undefined : masterKey(await derive(text))
  }
  return {
    twoMeanMove: false,
    async load() {
      const present = await read(variable)
      if (present === undefined) throw new RelayError('vault_key_missing', { params: { source: `the variable ${variable}` } })
      const next = await read(`${variable}_NEXT`)
      return next === undefined ? [present] : [present, next]
    },
    async next() {
      const next = await read(`${variable}_NEXT`)
      if (next === undefined) throw new RelayError('vault_next_key_missing', { params: { source: 'the environment', variable: `${variable}_NEXT` } })
      return next
    },
    retireAllBut: async () => {},
  }
}

function keyPath({ file }: MasterKeySettings, folder: string): string {
  return file ?? join(folder, 'master.key')
}

function masterKey(bytes: Buffer): MasterKey {
  return { id: createHash('sha256').update('login-relay master key id').update(bytes).digest('hex').slice(0, 16), bytes }
}

function decodeKey(text: string, source = 'LOGIN_RELAY_MASTER_KEY'): Buffer {
  const bytes = Buffer.from(text.trim(), 'base64')
  if (bytes.length !== 32) throw new RelayError('vault_key_unfit', { params: { source } })
  return bytes
}

/** scrypt at OWASP's parameters for 2024 and later: N=2^17, r=8, p=1. */
async function stretch(passphrase: string, salt: Buffer): Promise<Buffer> {
  const options = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }
  return promisify<string, Buffer, number, typeof options, Buffer>(scrypt)(passphrase.normalize('NFC'), salt, 32, options)
}

async function readPrivate(path: string): Promise<string> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new RelayError('vault_key_exposed', { params: { file: path } })
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new RelayError('vault_key_missing', { params: { source: path }, cause })
    throw cause
  }
}

/** Durably: a half-written key file would be the loss of everything. */
async function writeKeys(path: string, keys: readonly MasterKey[], flag: 'w' | 'wx' = 'w'): Promise<void> {
  const target = flag === 'wx' ? path : `${path}.tmp`
  const file = await open(target, flag, 0o600)
  try {
    await file.writeFile(keys.map(({ bytes }) => `${bytes.toString('base64')}\n`).join(''))
    await file.sync()
  } finally {
    await file.close()
  }
  if (target !== path) await rename(target, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
