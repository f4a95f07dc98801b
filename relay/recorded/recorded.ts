import type { Audit, AuditEntry } from '../audit/index.ts'

/** What is recorded of a call, and what its result adds. */
export interface Recorded<T> extends Omit<AuditEntry, 'outcome'> {
  readonly told?: (result: T) => Partial<AuditEntry>
  /** It ends something, which is not refused for want of a record (law 7). */
  readonly ends?: true
}

/** Calls of a room that are recorded: the arguments as an entry. */
export type Acts<R> = {
  readonly [K in keyof R]?: R[K] extends (...args: infer A) => Promise<infer T> ? (...args: A) => Recorded<T> | Promise<Recorded<T>> : never
}

type Call = (...args: unknown[]) => Promise<unknown>

/**
 * A room whose acts are recorded, each before it takes effect and once more with what came of it. Everything else of it is as it was.
 * `others`: what takes another's place.
 */
export function recorded<R extends object>(room: R, audit: Audit, acts: Acts<R>, others: Partial<R> = {}): R {
  const made: Record<string, unknown> = { ...others }
  for (const [name, descriptor] of membersOf(room)) {
    if (name in others) continue
    const act = (acts as Record<string, ((...args: unknown[]) => Recorded<unknown> | Promise<Recorded<unknown>>) | undefined>)[name]
    const { value } = descriptor
    if (typeof value !== 'function') Object.defineProperty(made, name, { get: () => (room as Record<string, unknown>)[name], enumerable: true })
    else if (act === undefined) made[name] = value.bind(room)
    else made[name] = (...args: unknown[]) => recordCall(audit, act, (value as Call).bind(room), args)
  }
  return made as R
}

async function recordCall(
  audit: Audit,
  act: (...args: unknown[]) => Recorded<unknown> | Promise<Recorded<unknown>>,
  call: Call,
  args: unknown[],
): Promise<unknown> {
  const { told, ends, ...entry } = await act(...args)
  return (ends === true ? audit.end : audit.act).call(
    audit,
    entry,
    async () => call(...args),
    // Rooms say so of what was not there.
    (result) => (result === false ? { outcome: 'refused', error: 'not_found' } : (told?.(result) ?? {})),
  )
}

/** Own members and those of its classes, by name. */
function membersOf(room: object): Map<string, PropertyDescriptor> {
  const members = new Map<string, PropertyDescriptor>()
  for (let at: object | null = room; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name !== 'constructor' && !members.has(name)) members.set(name, descriptor)
    }
  }
  return members
}
