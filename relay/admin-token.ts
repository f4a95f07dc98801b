import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from './errors.ts'

const tokenFile = 'admin-token'

/**
 * The token by which local commands administer a relay: who can read the data directory's secrets runs the relay anyway.
 * Made once, 256 random bits, mode 0600.
 */
export async function loadAdminToken(folder: string): Promise<string> {
  const path = join(folder, tokenFile)
  try {
    return await readToken(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR') throw new RelayError('data_missing', { params: { dir: folder }, cause: error })
    // Somebody else's directory.
    if (code !== 'ENOENT') throw error instanceof RelayError ? error : new RelayError('data_unwritable', { params: { dir: folder }, cause: error })
  }
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(`lra_${randomBytes(32).toString('base64url')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new RelayError('data_missing', { params: { dir: folder }, cause: error })
    // Another process made it at the same moment.
    if (code !== 'EEXIST') throw new RelayError('data_unwritable', { params: { dir: folder }, cause: error })
  }
  return readToken(path)
}

async function readToken(path: string): Promise<string> {
  const token = (await readFile(path, 'utf8')).trim()
  if (token.length < 40) throw new RelayError('data_unwritable', { params: { dir: path }, detail: 'the admin token file is cut' })
  return token
}
