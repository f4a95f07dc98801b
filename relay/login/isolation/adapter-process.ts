import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { Call } from './call.ts'
import { type IsolationLimits, loadSeconds } from './limits.ts'
import { readLines } from './lines.ts'
import { type AdapterFacts, type AdapterSource, type CallGiven, type FromAdapter, fromAdapter, type Hook, type ToAdapter } from './messages.ts'
import { operations } from './operations.ts'
import { childProgram, nodeArguments } from './permissions.ts'
import { Watch } from './watch.ts'
import { errorForAdapter, errorFromAdapter } from './wire-error.ts'

export interface ProcessOptions {
  readonly source: AdapterSource
  /** Files and folders with the adapter's own code. */
  readonly readable: readonly string[]
  readonly limits: IsolationLimits
}

/** A line of this many bytes holds the largest image a sign-in reads. */
const longestLine = 16_777_216
/** What is kept of what the process wrote to standard error. */
const keptOutput = 2000
/** Messages that belong to nothing under way, and their characters, between two calls: the last ones of a call that was ended are. */
const mostStray = { messages: 100, characters: 1_000_000 }
/** After a call was ended, the adapter may still tidy up. */
const graceMs = 2000

/** The process ended, and with it what the adapter was doing. `message` says why, in words for the account's owner. */
export class AdapterEnded extends Error {
  override readonly name = 'AdapterEnded'
}

/** A process that runs one adapter, and the port to it: lines of JSON, each checked. It is used until it ends. */
export class AdapterProcess {
  readonly #child: ChildProcess
  readonly #watch: Watch
  readonly #calls = new Map<number, { readonly call: Call; resolve(value: unknown): void; reject(error: unknown): void }>()
  readonly #reloads = new Map<number, { resolve(image: Buffer): void; reject(error: unknown): void }>()
  #loading: { resolve(facts: AdapterFacts): void; reject(error: unknown): void } | undefined
  #last = 0
  #pings = 0
  #stray = { messages: 0, characters: 0 }
  #output = ''
  #end: AdapterEnded | undefined

  constructor({ readable, limits }: Omit<ProcessOptions, 'source'>) {
    this.#child = spawn(process.execPath, [...nodeArguments(readable, heapMegabytes(limits)), childProgram], {
      cwd: '/',
      env: {},
      // In, out, errors; and a second way in for answers that the adapter waits for without a pause.
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.#watch = new Watch(this.#child.pid, limits, {
      ping: () => {
        this.#pings += 1
        this.#send({ type: 'ping' })
      },
      end: (reason) => this.#kill(reason),
      isBusy: () => this.#calls.size > 0 || this.#loading !== undefined,
      patienceSeconds: () => (this.#loading === undefined ? limits.stallSeconds : loadSeconds),
    })
    readLines(
      this.#child.stdout as Readable,
      longestLine,
      (line) => this.#take(line),
      () => this.#kill('it sent a message that is too long'),
    )
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-keptOutput)
    })
    for (const stream of this.#child.stdio) stream?.on('error', () => {})
    this.#child.on('error', () => this.#ended('its process could not be started'))
    this.#child.on('close', (code, signal) => this.#ended(this.#reason(code, signal)))
  }

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  /** Loads the adapter. `AdapterUnfit` with what is wrong with it; `AdapterEnded`. */
  async load(source: AdapterSource): Promise<AdapterFacts> {
    const timer = setTimeout(() => this.#kill('it took too long to load'), loadSeconds * 1000)
    try {
      return await new Promise<AdapterFacts>((resolve, reject) => {
        this.#loading = { resolve, reject }
        this.#watch.wake()
        this.#send({ type: 'load', source })
        if (this.#end !== undefined) reject(this.#end)
      })
    } finally {
      clearTimeout(timer)
      this.#loading = undefined
    }
  }

  /** Runs a hook. Rejects with what the adapter threw, `AdapterEnded`, or the reason of an aborted signal. */
  run(hook: Hook, given: (call: Call) => CallGiven, context: Call['context']): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    this.#last += 1
    const id = this.#last
    this.#stray = { messages: 0, characters: 0 }
    const call = new Call(context, (ask) => this.#reload(ask))
    return new Promise<unknown>((resolve, reject) => {
      const settle = (then: () => void) => {
        context.signal.removeEventListener('abort', onAbort)
        this.#calls.delete(id)
        then()
      }
      const onAbort = () => this.#abort(id, reject, context.signal.reason)
      this.#calls.set(id, { call, resolve: (value) => settle(() => resolve(value)), reject: (error) => settle(() => reject(error)) })
      if (context.signal.aborted) return onAbort()
      context.signal.addEventListener('abort', onAbort, { once: true })
      this.#send({ type: 'call', call: id, hook, given: given(call) })
      this.#watch.wake()
    })
  }

  /** Ends it at once: it holds nothing worth keeping. */
  async stop(): Promise<void> {
    const isGone = new Promise<void>((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) resolve()
      else this.#child.once('exit', () => resolve())
    })
    this.#kill('the relay ended it')
    await isGone
  }

  /** The caller is told at once; an adapter that goes on is ended. */
  #abort(id: number, reject: (error: unknown) => void, reason: unknown): void {
    reject(reason)
    this.#send({ type: 'abort', call: id })
    const timer = setTimeout(() => {
      if (this.#calls.has(id)) this.#kill('it went on after its time was over')
    }, graceMs)
    timer.unref()
  }

  #take(line: string): void {
    if (this.#end !== undefined) return
    const message = parseMessage(line)
    this.#watch.heard()
    if (message === undefined) this.#kill('it sent what is no message')
    else if (this.#isStray(message)) this.#countStray(message, line.length)
    else if (message.type === 'loaded') this.#loading?.resolve(message.facts)
    else if (message.type === 'unfit') this.#loading?.reject(new AdapterUnfit(message.problem))
    else if (message.type === 'ask') void this.#answer(message, line.length)
    else if (message.type === 'done') this.#done(message)
    else if (message.type === 'failed') this.#failed(message)
    else if (message.type === 'reloaded') this.#reloaded(message)
  }

  /** It belongs to a call that is over, or to none. */
  #isStray(message: FromAdapter): boolean {
    switch (message.type) {
      case 'ask':
      case 'done':
      case 'failed':
        return !this.#calls.has(message.call)
      case 'reloaded':
        return !this.#reloads.has(message.id)
      case 'loaded':
      case 'unfit':
        return this.#loading === undefined
      case 'pong':
        this.#pings -= 1
        return this.#pings < 0
    }
  }

  #countStray(message: FromAdapter, characters: number): void {
    this.#stray.messages += 1
    this.#stray.characters += characters
    if (this.#stray.messages > mostStray.messages || this.#stray.characters > mostStray.characters) this.#kill('it went on after its time was over')
    else if (message.type === 'ask') this.#send({ type: 'answer', id: message.id, error: { name: 'Error', message: 'this sign-in is over' } }, message.now)
  }

  async #answer({ call: id, id: ask, operation, given, now }: Extract<FromAdapter, { type: 'ask' }>, characters: number): Promise<void> {
    const call = this.#calls.get(id)?.call
    if (call === undefined) return
    const reply = (answer: Omit<Extract<ToAdapter, { type: 'answer' }>, 'type' | 'id'>) => this.#send({ type: 'answer', id: ask, ...answer }, now)
    try {
      call.countOperation(characters)
    } catch {
      return this.#kill('it asked for too much')
    }
    try {
      if (call.context.signal.aborted) throw call.context.signal.reason
      const row = Object.hasOwn(operations, operation) ? operations[operation] : undefined
      if (row === undefined) throw new TypeError(`there is no ${operation}`)
      const parsed = row.takes.safeParse(call.unpack(given))
      if (!parsed.success) throw new TypeError(`${operation}: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`)
      const result = row.run(call, parsed.data, ask)
      reply({ value: call.pack(now ? result : await result) })
    } catch (error) {
      reply({ error: errorForAdapter(error, call.noteError(error)) })
    }
  }

  #done({ call: id, value }: Extract<FromAdapter, { type: 'done' }>): void {
    const running = this.#calls.get(id)
    if (running === undefined) return
    try {
      running.resolve(running.call.unpack(value))
    } catch (error) {
      running.reject(error)
    }
  }

  #failed({ call: id, error }: Extract<FromAdapter, { type: 'failed' }>): void {
    const running = this.#calls.get(id)
    const own = error.origin === undefined ? undefined : running?.call.errorAt(error.origin)
    running?.reject(own ?? errorFromAdapter(error))
  }

  #reloaded({ id, value, error }: Extract<FromAdapter, { type: 'reloaded' }>): void {
    const waiting = this.#reloads.get(id)
    this.#reloads.delete(id)
    const image = fromBytes(value)
    if (error !== undefined) waiting?.reject(errorFromAdapter(error))
    else if (image === undefined) waiting?.reject(new TypeError('the fresh captcha image is no image'))
    else waiting?.resolve(image)
  }

  #reload(ask: number): Promise<Buffer> {
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      this.#reloads.set(id, { resolve, reject })
      this.#send({ type: 'reload', id, ask })
      if (this.#end !== undefined) reject(this.#end)
    })
  }

  #send(message: ToAdapter, now = false): void {
    const stream = (now ? this.#child.stdio[3] : this.#child.stdin) as Writable | null
    if (this.#end === undefined && stream?.writable) stream.write(`${JSON.stringify(message)}\n`)
  }

  #kill(reason: string): void {
    this.#ended(reason)
    this.#child.kill('SIGKILL')
  }

  /** The first reason is the reason. */
  #ended(reason: string): void {
    if (this.#end !== undefined) return
    this.#end = new AdapterEnded(reason, this.#output === '' ? undefined : { cause: new Error(this.#output) })
    this.#watch.stop()
    this.#loading?.reject(this.#end)
    for (const { reject } of [...this.#calls.values(), ...this.#reloads.values()]) reject(this.#end)
    this.#calls.clear()
    this.#reloads.clear()
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    if (/heap out of memory|Allocation failed|invalid array length/i.test(this.#output)) return this.#watch.memoryReason
    return signal === null ? `it ended by itself with status ${code}` : `it was ended by ${signal}`
  }
}

function parseMessage(line: string): FromAdapter | undefined {
  try {
    return fromAdapter.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

/** What is wrong with an adapter that was to be loaded. */
class AdapterUnfit extends Error {
  override readonly name = 'AdapterUnfit'
}

/** The rest is what Node itself takes. */
function heapMegabytes({ megabytes }: IsolationLimits): number {
  return Math.max(32, megabytes - 96)
}

function fromBytes(value: unknown): Buffer | undefined {
  const { $: tag, text } = Object(value) as { $?: unknown; text?: unknown }
  return tag === 'bytes' && typeof text === 'string' ? Buffer.from(text, 'base64') : undefined
}
