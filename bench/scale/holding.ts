import type { ChildProcess } from 'node:child_process'
import { manyHosts, type Origin } from '../proxy/origin.ts'
import type { Way } from '../proxy/subject.ts'
import { startProcess } from '../start-process.ts'
import type { Held, HoldingRelay } from './relay-process.ts'

/** A relay that is signed in at some hosts of the site. */
export interface Holding {
  readonly child: ChildProcess
  readonly pid: number
  readonly proxy: Required<Way>
  readonly ca: string
  readonly hosts: readonly string[]
}

const file = new URL('relay-process.ts', import.meta.url)

/** Signed in at so many hosts of `origin`, with `others` enrolled beside them. */
export async function startHolding({ port, ca }: Pick<Origin, 'port' | 'ca'>, hostCount: number, others = { sites: 0, accountsEach: 0 }): Promise<Holding> {
  const hosts = Array.from({ length: hostCount }, (_, at) => `host-${at}.${manyHosts}`)
  const held: Held = { origins: hosts.map((host) => `https://${host}:${port}`), ca, others }
  const [child, { port: proxyPort, authorization, ca: relayCa }] = await startProcess<HoldingRelay>(file, JSON.stringify(held))
  return { child, pid: child.pid as number, proxy: { port: proxyPort, authorization }, ca: relayCa, hosts }
}
