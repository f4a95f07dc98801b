import type { ChildProcess } from 'node:child_process'
import { startProcess, stopProcess } from '../start-process.ts'
import type { Origin } from './origin.ts'
import type { Subject, Way } from './subject.ts'

/** What a peer tells when it listens. */
export interface PeerReady {
  readonly port: number
  readonly ca: string
}

/** A peer that runs in Node. */
export interface PeerProcess extends Subject {
  readonly child: ChildProcess
  readonly proxy: Way
}

/** Starts one; the program gets the CA of the site, PEM, as its only argument. */
export async function startPeer(name: string, file: URL, { ca }: Pick<Origin, 'ca'>): Promise<PeerProcess> {
  const [child, ready] = await startProcess<PeerReady>(file, ca)
  return { name, child, proxy: { port: ready.port }, ca: ready.ca, pid: child.pid as number, stop: () => stopProcess(child) }
}
