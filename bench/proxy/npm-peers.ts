import { existsSync } from 'node:fs'
import { startProcess, stopProcess } from '../start-process.ts'
import type { Origin } from './origin.ts'
import type { Missing, Subject } from './subject.ts'

/** What such a peer tells when it listens. */
export interface PeerReady {
  readonly port: number
  readonly ca: string
}

/** They are no dependencies of the project: they have a folder of their own here. */
const folder = new URL('./npm-peers/', import.meta.url)

export function startMockttp(origin: Origin): Promise<Subject | Missing> {
  return start('mockttp', origin)
}

export function startHttpMitmProxy(origin: Origin): Promise<Subject | Missing> {
  return start('http-mitm-proxy', origin)
}

async function start(name: string, { ca }: Origin): Promise<Subject | Missing> {
  if (!existsSync(new URL(`node_modules/${name}`, folder))) return { name, missing: 'npm install --prefix bench/proxy/npm-peers' }
  const [child, ready] = await startProcess<PeerReady>(new URL(`npm-peers/${name}.ts`, import.meta.url), ca)
  return { name, proxy: { port: ready.port }, ca: ready.ca, pid: child.pid as number, stop: () => stopProcess(child) }
}
