import { existsSync } from 'node:fs'
import type { Origin } from './origin.ts'
import { startPeer } from './peer-process.ts'
import type { Missing, Subject } from './subject.ts'

/** They are no dependencies of the project: they have a folder of their own here. */
const folder = new URL('./npm-peers/', import.meta.url)

export function startMockttp(origin: Origin): Promise<Subject | Missing> {
  return start('mockttp', origin)
}

export function startHttpMitmProxy(origin: Origin): Promise<Subject | Missing> {
  return start('http-mitm-proxy', origin)
}

async function start(name: string, origin: Origin): Promise<Subject | Missing> {
  if (!existsSync(new URL(`node_modules/${name}`, folder))) return { name, missing: 'npm install --prefix bench/proxy/npm-peers' }
  return startPeer(name, new URL(`npm-peers/${name}.ts`, import.meta.url), origin)
}
