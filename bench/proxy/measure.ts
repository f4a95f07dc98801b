import { cpuTimeOf } from '../sites/cpu-time.ts'
import { startProcess, told } from '../start-process.ts'
import type { Answered, Load } from './client-process.ts'
import { large, type Origin, small } from './origin.ts'
import type { Subject } from './subject.ts'

/** What one round tells of a way to the site. */
export interface Figures {
  /** Keep-alive GETs of 70 bytes. */
  readonly perSecond: number
  /** Microseconds of its processes' time for one of them; NaN: it has none. */
  readonly cpu: number
  /** Milliseconds, at the median, with one connection. */
  readonly latency: number
  /** MiB a second, of bodies of 1 MiB. */
  readonly throughput: number
}

/** Seconds. */
const [short, long] = [1, 2]

export async function measure(subject: Subject, origin: Origin): Promise<Figures> {
  const many = await loaded(subject, origin, { path: small, connections: 16, seconds: long })
  const one = await loaded(subject, origin, { path: small, connections: 1, seconds: short })
  const bodies = await loaded(subject, origin, { path: large, connections: 4, seconds: short })
  return { perSecond: many.requests / long, cpu: many.cpu, latency: one.latency, throughput: bodies.requests / short }
}

/** Its code is compiled, and its connections to the site stand, before it is measured. */
export async function warmUp(subject: Subject, origin: Origin): Promise<void> {
  await loaded(subject, origin, { path: small, connections: 16, seconds: long })
}

/** What came of a load of the site by a way to it. */
export async function loaded(
  { proxy, ca, pid }: Pick<Subject, 'proxy' | 'ca' | 'pid'>,
  { port }: Pick<Origin, 'port'>,
  asked: Pick<Load, 'path' | 'connections' | 'seconds'> & Partial<Pick<Load, 'hosts'>>,
): Promise<Answered & { readonly cpu: number }> {
  const file = new URL('client-process.ts', import.meta.url)
  const load: Load = { hosts: ['localhost'], ...asked, ca, port, ...(proxy === undefined ? {} : { proxy }) }
  const [client] = await startProcess<'ready'>(file, JSON.stringify(load))
  const before = pid === undefined ? Number.NaN : cpuTimeOf([pid])
  client.send('begin')
  const answered = await told<Answered>(client)
  const used = pid === undefined ? Number.NaN : cpuTimeOf([pid]) - before
  return { ...answered, cpu: (used * 1000) / answered.requests }
}
