import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../errors.ts'
import { writePrivate } from './enrolments.ts'

/** A session as a relay gives it to be kept. */
export interface SessionCopy {
  readonly account: string
  readonly site: string
  readonly landingUrl: string
  readonly origins: readonly string[]
  readonly delivery: 'attach' | 'handoff'
  readonly cookies: readonly Record<string, unknown>[]
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** By the address of the relay that gave them. */
type Kept = Readonly<Record<string, readonly SessionCopy[]>>

const [keyFile, file] = ['copies.key', 'copies.bin']
const additional = Buffer.from('login-relay connect copies 1')

/**
 * The last session of each account that may be copied: one file under AES-256-GCM, its key beside it in a file of mode 0600. That keeps them from
 * backups and disks that hold one of the two, and shows that nothing was changed; who can read this folder as its person reads both.
 */
export class Copies {
  readonly #folder: string
  /** Changes follow one another: each begins with what the one before has written. */
  #changed: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** None where there is no file, or it was changed. */
  async read(): Promise<Kept> {
    try {
      const [key, sealed] = await Promise.all([readFile(join(this.#folder, keyFile)), readFile(join(this.#folder, file))])
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(additional).setAuthTag(sealed.subarray(12, 28))
      return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')) as Kept
    } catch {
      return {}
    }
  }

  /** In the place of all that this relay gave before. */
  replace(relay: string, copies: readonly SessionCopy[]): Promise<void> {
    const change = this.#changed.then(() => this.#replace(relay, copies))
    this.#changed = change.catch(() => {})
    return change
  }

  async #replace(relay: string, copies: readonly SessionCopy[]): Promise<void> {
    const { [relay]: before = [], ...others } = await this.read()
    if (before.length === 0 && copies.length === 0) return
    if (JSON.stringify(before) === JSON.stringify(copies)) return
    const kept: Kept = copies.length === 0 ? others : { ...others, [relay]: copies }
    if (Object.keys(kept).length === 0) return void (await rm(join(this.#folder, file), { force: true }))
    await this.#write(kept)
  }

  /** The newest kept session of an account, by its name. `not_found`. */
  async of(account: string, relays: readonly string[]): Promise<SessionCopy> {
    const kept = await this.read()
    const found = relays.flatMap((relay) => kept[relay] ?? []).find((copy) => copy.account === account)
    if (found === undefined) throw new RelayError('not_found', { params: { what: `kept session of ${account}` } })
    return found
  }

  async #write(kept: Kept): Promise<void> {
    const key = await readFile(join(this.#folder, keyFile)).catch(() => undefined)
    const good = key?.length === 32 ? key : randomBytes(32)
    if (good !== key) await writePrivate(this.#folder, keyFile, good)
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', good, nonce, { authTagLength: 16 })
    cipher.setAAD(additional)
    const text = Buffer.concat([cipher.update(JSON.stringify(kept), 'utf8'), cipher.final()])
    await writePrivate(this.#folder, file, Buffer.concat([nonce, cipher.getAuthTag(), text]))
  }
}
