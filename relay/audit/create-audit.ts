import { createHmac } from 'node:crypto'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { asRelayError, RelayError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { Vault } from '../vault/index.ts'
import { presentActor } from './actor.ts'
import { AnchorKeeper } from './anchor.ts'
import { AppendedFile } from './appended-file.ts'
import { type AuditFile, fileFor, listFiles, readLines } from './audit-files.ts'
import type { Audit, AuditEntry, AuditRecord, AuditReport, Break } from './contract.ts'
import { lettableFiles } from './lettable-files.ts'
import { ChainReader } from './read-chain.ts'
import { type Head, hashOf, noHash, readRecord, writeRecord } from './record-line.ts'
import { shortened } from './shortened.ts'

export interface AuditOptions {
  readonly store: Store
  readonly vault: Vault
  /** The data directory: the files are in `audit` below it. */
  readonly folder: string
  readonly settings: { readonly retentionDays: number }
  /** A file that has grown to so many bytes is followed by another one. */
  readonly fileBytes?: number
  readonly now?: () => number
  readonly log: Logger
}

interface Waiting {
  readonly entry: AuditEntry
  readonly resolve: (n: number) => void
  readonly reject: (error: unknown) => void
}

const day = 86_400_000
/** The file that is written to is read whole when the relay starts. */
const defaultFileBytes = 4_194_304

export function createAudit(options: AuditOptions): Audit {
  return new ChainedAudit(options)
}

class ChainedAudit implements Audit {
  readonly #folder: string
  readonly #keepMilliseconds: number
  readonly #fileBytes: number
  readonly #now: () => number
  readonly #log: Logger
  readonly #anchors: AnchorKeeper
  #key: Buffer = Buffer.alloc(0)
  #head: Head = { n: 0, hash: noHash }
  #before: Head = { n: 0, hash: noHash }
  #isAnchorGenuine = true
  /** Undefined: the next record begins a file. */
  #open: AppendedFile | undefined
  #waiting: Waiting[] = []
  /** What touches the files, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  /** What reads the whole chain, or lets a part of it go. */
  #reading: Promise<unknown> = Promise.resolve()
  #daily: NodeJS.Timeout | undefined
  readonly #listeners = new Set<(record: AuditRecord) => void>()

  constructor({ store, vault, folder, settings, fileBytes = defaultFileBytes, now = Date.now, log }: AuditOptions) {
    this.#folder = join(folder, 'audit')
    this.#keepMilliseconds = settings.retentionDays * day
    this.#fileBytes = fileBytes
    this.#now = now
    this.#log = log
    this.#anchors = new AnchorKeeper(store, vault, (error) => log.warn({ err: error }, 'the end of the audit could not be anchored in the store'))
  }

  async start(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      this.#key = await this.#anchors.loadKey()
      await this.#resume()
    } catch (cause) {
      throw cause instanceof RelayError ? cause : this.#unwritable(cause)
    }
    await this.#letGo()
    this.#daily = setInterval(() => void this.#letGo(), day).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#daily)
    await this.#inTurn(async () => {
      await this.#anchors.settle()
      await this.#open?.close()
      this.#open = undefined
    })
  }

  record(entry: AuditEntry): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry: { ...actorsPart(), ...entry }, resolve, reject })
      // Whoever comes while a write is under way shares the next one.
      if (this.#waiting.length === 1) void this.#inTurn(() => this.#writeWaiting())
    })
  }

  async act<T>(entry: Omit<AuditEntry, 'outcome'>, effect: () => Promise<T>, told?: (result: T) => Partial<AuditEntry>): Promise<T> {
    const of = await this.record({ ...entry, outcome: 'intent' })
    return this.#perform({ ...entry, of }, effect, told)
  }

  async end<T>(entry: Omit<AuditEntry, 'outcome'>, effect: () => Promise<T>, told?: (result: T) => Partial<AuditEntry>): Promise<T> {
    const of = await this.record({ ...entry, outcome: 'intent' }).catch((error: unknown) => {
      this.#log.error({ err: error, act: entry.act, device: entry.device, account: entry.account }, 'what ends something was done without its record')
      return undefined
    })
    return this.#perform(of === undefined ? entry : { ...entry, of }, effect, told)
  }

  async #perform<T>(entry: Omit<AuditEntry, 'outcome'>, effect: () => Promise<T>, told?: (result: T) => Partial<AuditEntry>): Promise<T> {
    let result: T
    try {
      result = await effect()
    } catch (thrown) {
      const { code, status } = asRelayError(thrown)
      await this.#recordOutcome({ ...entry, outcome: status < 500 ? 'refused' : 'failed', error: code })
      throw thrown
    }
    await this.#recordOutcome({ ...entry, outcome: 'done', ...told?.(result) })
    return result
  }

  onRecorded(listener: (record: AuditRecord) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  fingerprint(value: string): string {
    return `hmac:${createHmac('sha256', this.#key).update('fingerprint ').update(value).digest('base64url').slice(0, 22)}`
  }

  async *newest(before = Number.POSITIVE_INFINITY): AsyncIterable<AuditRecord> {
    for (const file of (await this.#files()).filter(({ first }) => first < before).reverse()) {
      for (const line of (await readLines(file)).reverse()) {
        for (const record of recordsOf(line)) if (record.n < before) yield record
      }
    }
  }

  async *oldest(): AsyncIterable<AuditRecord> {
    for (const file of await this.#files()) {
      for (const line of await readLines(file)) yield* recordsOf(line)
    }
  }

  verify(): Promise<AuditReport> {
    return this.#keepingFiles(async () => {
      // What is there at this moment; nobody who wants to record something waits for the reading of it.
      const { files, bytes, before, head } = await this.#inTurn(async () => {
        const files = await this.#files()
        const last = files.at(-1)
        return { files, bytes: last === undefined ? 0 : (await stat(last.path)).size, before: this.#before, head: this.#head }
      })
      const reader = new ChainReader(this.#key, before)
      for (const file of files) await reader.read(file, file === files.at(-1) ? { bytes } : {})
      reader.end(files.at(-1) ?? fileFor(this.#folder, before.n + 1), head)
      const breaks: Break[] = this.#isAnchorGenuine ? reader.breaks : [anchorBreak, ...reader.breaks]
      return { ok: breaks.length === 0, records: reader.records, from: before.n + 1, head, breaks }
    })
  }

  /** What was done is done: that this cannot be told is told to the log. */
  async #recordOutcome(entry: AuditEntry): Promise<void> {
    await this.record(entry).catch((error: unknown) =>
      this.#log.error({ err: error, act: entry.act, of: entry.of }, 'the outcome of an act could not be recorded'),
    )
  }

  /** Finds where the chain ended. What a killed relay has left unfinished was never acknowledged, and goes. */
  async #resume(): Promise<void> {
    const { head, before, isGenuine } = await this.#anchors.load()
    this.#before = before
    this.#isAnchorGenuine = isGenuine
    const files = await this.#files()
    const last = files.at(-1)
    const { reader, torn } = await this.#readEnd(files)
    let isWhole = true
    if (last !== undefined) {
      const file = await AppendedFile.resume(last)
      if (torn > 0) await file.cutTo(file.size - torn)
      this.#open = file
      isWhole = reader.breaks.length === 0 && reader.last.n >= head.n
      if (torn > 0)
        this.#log.warn({ file: last.name, bytes: torn }, 'the audit ended in an unfinished record, which nobody was told was written: it was removed')
    } else isWhole = head.n === before.n
    this.#head = reader.last.n >= head.n ? reader.last : head
    if (isWhole && isGenuine) return
    this.#log.error(
      { file: last?.name, found: reader.last.n, written: head.n, breaks: reader.breaks },
      'the audit was changed: `login-relay audit verify` names the places',
    )
    await this.#beginAnew()
    void this.record({ act: 'audit.broken', outcome: 'failed', who: { kind: 'relay' }, details: { found: reader.last.n, written: head.n } }).catch(() => {})
  }

  /** Reads the last file, and those before it until there is a record: a killed relay may have left one without. */
  async #readEnd(files: readonly AuditFile[]): Promise<{ readonly reader: ChainReader; readonly torn: number }> {
    for (let from = files.length - 1; ; from--) {
      const first = files[from]
      const reader = new ChainReader(this.#key, first === undefined || first.first === this.#before.n + 1 ? this.#before : { n: first.first - 1 })
      let torn = 0
      for (const file of files.slice(Math.max(0, from))) torn = await reader.read(file, { mayBeTorn: file === files.at(-1) })
      if (reader.records > 0 || from <= 0) return { reader, torn }
    }
  }

  async #beginAnew(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.close()
  }

  async #writeWaiting(): Promise<void> {
    const batch = this.#waiting
    this.#waiting = []
    try {
      const { lines, head } = this.#linesOf(batch)
      const file = await this.#fileToWrite()
      await file.append(Buffer.from(`${lines.join('\n')}\n`))
      let { n } = this.#head
      this.#head = head
      this.#anchors.keepSoon({ head, before: this.#before })
      for (const { resolve } of batch) resolve(++n)
      if (this.#listeners.size > 0) this.#tell(lines.flatMap((line) => [...recordsOf(line)]))
    } catch (cause) {
      const error = this.#unwritable(cause)
      for (const { reject } of batch) reject(error)
    }
  }

  /** Whoever listens cannot undo a record, nor keep it from who wrote it. */
  #tell(records: readonly AuditRecord[]): void {
    for (const listener of this.#listeners) {
      for (const record of records) {
        try {
          listener(record)
        } catch (error) {
          this.#log.error({ err: error, n: record.n }, 'a record could not be told of')
        }
      }
    }
  }

  #linesOf(batch: readonly Waiting[]): { lines: string[]; head: Head } {
    let head = this.#head
    const lines: string[] = []
    for (const { entry } of batch) {
      const line = writeRecord(head, new Date(this.#now()), shortened(entry), this.#key)
      lines.push(line)
      head = { n: head.n + 1, hash: hashOf(line) }
    }
    return { lines, head }
  }

  async #fileToWrite(): Promise<AppendedFile> {
    if (this.#open !== undefined && !(await this.#open.isOurs())) {
      this.#log.error({ file: this.#open.file.name }, 'somebody else changed the audit while the relay ran: it goes on in a new file')
      await this.#beginAnew()
    }
    if (this.#open !== undefined && this.#open.size >= this.#fileBytes) {
      await this.#beginAnew()
      setImmediate(() => void this.#letGo())
    }
    if (this.#open === undefined) {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      const first = this.#head.n + 1
      // One that is there already is not the relay's: it stays, as evidence, and what stands in it is named by `verify`.
      const there = (await this.#files()).filter((file) => file.first === first).at(-1)
      this.#open = await AppendedFile.create(fileFor(this.#folder, first, there === undefined ? 0 : there.again + 1))
    }
    return this.#open
  }

  /** Deletes the files whose records are all older than they are kept, after that was recorded and the store knows where the rest begins. */
  #letGo(): Promise<void> {
    return this.#keepingFiles(() => this.#letOldGo()).catch((error: unknown) => this.#log.warn({ err: error }, 'old records of the audit could not be let go'))
  }

  async #letOldGo(): Promise<void> {
    const { files, before } = await lettableFiles(await this.#files(), this.#now() - this.#keepMilliseconds, this.#key)
    if (before === undefined) return
    await this.record({ act: 'audit.let-go', outcome: 'intent', who: { kind: 'relay' }, details: { first: this.#before.n + 1, last: before.n } })
    await this.#inTurn(async () => {
      this.#before = before
      this.#anchors.keepSoon({ head: this.#head, before })
      await this.#anchors.settle()
      for (const { path } of files) await rm(path, { force: true })
    })
  }

  /** Those that are kept; a file that was let go may be there still. */
  async #files(): Promise<AuditFile[]> {
    return (await listFiles(this.#folder).catch(() => [])).filter(({ first }) => first > this.#before.n)
  }

  /** One after the other, so that no file goes while the chain is read. Records are written meanwhile. */
  #keepingFiles<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#reading.then(work)
    this.#reading = done.catch(() => {})
    return done
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  #unwritable(cause: unknown): RelayError {
    this.#log.error({ err: cause, folder: this.#folder }, 'the audit cannot be written: what must be recorded is refused')
    return new RelayError('audit_unwritable', { cause })
  }
}

const anchorBreak: Break = { file: 'store', line: 0, problem: 'anchor', text: 'what the store knows of the end of the audit was changed' }

/** What the one at work adds to each of his records. */
function actorsPart(): Pick<AuditEntry, 'from' | 'rule' | 'reason'> & Required<Pick<AuditEntry, 'who'>> {
  const actor = presentActor()
  if (actor === undefined) return { who: { kind: 'relay' } }
  const { who, from, rule, reason } = actor
  return { who, ...(from === undefined ? {} : { from }), ...(rule === undefined ? {} : { rule }), ...(reason === undefined ? {} : { reason }) }
}

function* recordsOf(line: string): Iterable<AuditRecord> {
  const record = line === '' ? undefined : readRecord(line)
  if (record !== undefined) yield record
}
