import { readSync, writeSync } from 'node:fs'
import { readLines } from '../lines.ts'
import type { FromAdapter, ToAdapter } from '../messages.ts'
import { ownError } from './own-error.ts'

type Answer = Extract<ToAdapter, { type: 'answer' }>

/** In, out, and the second way in, for answers that are waited for without a pause. */
const outward = 1
const atOnce = 3
/** The relay holds to limits of its own; what it sends is no line without end. */
const longestLine = 268_435_456

/** The port to the relay: lines of JSON. Everything of the process that leads outside is in here, and nothing of it is handed to the adapter. */
export class Port {
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  readonly #input = process.stdin
  readonly #exit = process.exit.bind(process)
  #last = 0
  #early = Buffer.alloc(0)

  /** Ends the process when the relay is gone. */
  listen(take: (message: ToAdapter) => Promise<void> | void): void {
    this.#input.on('close', () => this.#exit(0))
    readLines(
      this.#input,
      longestLine,
      (line) => void take(JSON.parse(line)),
      () => this.#exit(1),
    )
  }

  send(message: FromAdapter): void {
    const line = Buffer.from(`${JSON.stringify(message)}\n`)
    for (let sent = 0; sent < line.length; ) sent += writeSync(outward, line, sent)
  }

  /** Asks the relay to do something. Packed values go and come. The number of the request is `ask`'s second part. */
  ask(call: number, operation: string, given: unknown[], onNumber: (id: number) => void = () => {}): Promise<unknown> {
    this.#last += 1
    const id = this.#last
    onNumber(id)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.send({ type: 'ask', call, id, operation, given, now: false })
    })
  }

  /** The same, and nothing else happens in this process until the answer is there. */
  askNow(call: number, operation: string, given: unknown[]): unknown {
    this.#last += 1
    const id = this.#last
    this.send({ type: 'ask', call, id, operation, given, now: true })
    const { value, error } = JSON.parse(this.#readLine()) as Answer
    if (error !== undefined) throw ownError(error)
    return value
  }

  settle({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(ownError(error))
  }

  #readLine(): string {
    const parts = [this.#early]
    for (let last = this.#early; ; ) {
      const end = last.indexOf(10)
      if (end !== -1) {
        this.#early = last.subarray(end + 1)
        return Buffer.concat([...parts.slice(0, -1), last.subarray(0, end)]).toString()
      }
      const chunk = Buffer.allocUnsafe(65_536)
      const size = readSync(atOnce, chunk)
      if (size === 0) this.#exit(0)
      last = chunk.subarray(0, size)
      parts.push(last)
    }
  }
}
