import type { Step } from '../decoding/beam.ts'
import type { Grey } from '../pictures/picture.ts'
import type { Recogniser } from './recogniser.ts'

/** Recognisers of one model that share the work. */
export interface Pool<Input = Grey> {
  /** As soon as a recogniser is free. A crashed or stuck one is replaced and the line read once more. */
  recognise(line: Input): Promise<Step[]>
  /** Starts a recogniser where none runs, so that a line that comes later need not wait for it. */
  warm(): void
  close(): Promise<void>
}

export interface PoolOptions {
  readonly size: number
  /** Milliseconds one line may take. Default 3000. */
  readonly readLimit?: number
  /** Milliseconds a recogniser may take to start. Default 15000. */
  readonly startLimit?: number
}

/** `start` starts one recogniser within the milliseconds given. None starts until the first line comes. */
export function createPool<Input>(
  start: (milliseconds: number) => Promise<Recogniser<Input>>,
  { size, readLimit = 3000, startLimit = 15_000 }: PoolOptions,
): Pool<Input> {
  const idle: Recogniser<Input>[] = []
  const waiting: PromiseWithResolvers<Recogniser<Input>>[] = []
  /** Those that run or are starting. */
  const members = new Set<Promise<Recogniser<Input>>>()
  const memberOf = new Map<Recogniser<Input>, Promise<Recogniser<Input>>>()
  let closed = false

  async function take(): Promise<Recogniser<Input>> {
    if (closed) throw new Error('the reader is closed')
    const free = idle.pop()
    if (free !== undefined) return free
    if (members.size < size) return begin()
    const turn = Promise.withResolvers<Recogniser<Input>>()
    waiting.push(turn)
    return turn.promise
  }

  async function begin(): Promise<Recogniser<Input>> {
    const starting = start(startLimit)
    members.add(starting)
    try {
      const recogniser = await starting
      memberOf.set(recogniser, starting)
      // `close` waits for those that are starting, and ends them.
      if (closed) throw new Error('the reader is closed')
      return recogniser
    } catch (error) {
      if (!closed) members.delete(starting)
      // Nobody is left who would give one back.
      if (members.size === 0) for (const turn of waiting.splice(0)) turn.reject(error)
      throw error
    }
  }

  function giveBack(recogniser: Recogniser<Input>): void {
    const next = waiting.shift()
    if (next === undefined) idle.push(recogniser)
    else next.resolve(recogniser)
  }

  /** Ends a recogniser that failed; whoever waits gets a new one. */
  async function discard(recogniser: Recogniser<Input>): Promise<void> {
    const member = memberOf.get(recogniser)
    memberOf.delete(recogniser)
    if (member !== undefined) members.delete(member)
    const next = closed ? undefined : waiting.shift()
    if (next !== undefined) begin().then(next.resolve, next.reject)
    await recogniser.close()
  }

  async function readOnce(line: Input): Promise<Step[]> {
    const recogniser = await take()
    try {
      const steps = await recogniser.recognise(line, readLimit)
      giveBack(recogniser)
      return steps
    } catch (error) {
      await discard(recogniser)
      throw error
    }
  }

  return {
    recognise: (line) =>
      readOnce(line).catch((error: unknown) => {
        if (closed) throw error
        return readOnce(line)
      }),
    warm() {
      // One that does not start is told to the line that needs it.
      if (!closed && members.size === 0) begin().then(giveBack, () => {})
    },
    async close() {
      closed = true
      for (const turn of waiting.splice(0)) turn.reject(new Error('the reader is closed'))
      const running = await Promise.allSettled(members)
      await Promise.all(running.map((member) => (member.status === 'fulfilled' ? member.value.close() : undefined)))
    },
  }
}
