import { randomBytes } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RelayError } from '../errors.ts'
import { type KeySource, keyBytes, type MasterKey, masterKey, parseKey } from './master-key.ts'

/** A file of mode 0600: one base64 key a line, the present one first. A rotation writes all that are needed, and in the end the new one alone. */
export function keyFile(path: string): KeySource {
  return {
    severalMeanUnfinished: true,
    async load() {
      const text = await readPrivate(path)
      return text
        .trim()
        .split('\n')
        .map((line) => parseKey(line, path))
    },
    async next(needed) {
      const key = masterKey(randomBytes(keyBytes))
      await replace(path, [key, ...needed])
      return key
    },
    retireAllBut: (present) => replace(path, [present]),
  }
}

/** Makes the file with a new key. `already_exists`: a key is never written over, for what it seals would be lost. */
export async function createKeyFile(path: string): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`
  try {
    await write(temporary, [masterKey(randomBytes(keyBytes))])
    // Unlike rename, this fails when there is a file.
    await link(temporary, path)
    await syncFolder(dirname(path))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      const advice =
        'It is never written over: what it seals would be lost. Where an `init` that was cut short left it and no relay uses it, remove it; else name another data directory with --data.'
      throw new RelayError('already_exists', { params: { what: `a master key in ${path}`, advice }, cause })
    }
    throw new RelayError('data_unwritable', { params: { dir: dirname(path) }, cause })
  } finally {
    await rm(temporary, { force: true }).catch(() => {})
  }
}

async function readPrivate(path: string): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const { mode } = await file.stat()
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new RelayError('vault_key_exposed', { params: { file: path } })
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (cause instanceof RelayError) throw cause
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new RelayError('vault_key_missing', { params: { source: path }, cause })
    throw new RelayError('vault_key_unreadable', { params: { file: path }, cause })
  }
}

/** Half a key file would be the loss of everything: the old one stays until the new one is on the disk. */
async function replace(path: string, keys: readonly MasterKey[]): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    await rm(temporary, { force: true })
    await write(temporary, keys)
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw new RelayError('data_unwritable', { params: { dir: dirname(path) }, cause })
  }
}

async function write(path: string, keys: readonly MasterKey[]): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(keys.map(({ bytes }) => `${bytes.toString('base64')}\n`).join(''))
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders; there the rename is as durable as it gets.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
