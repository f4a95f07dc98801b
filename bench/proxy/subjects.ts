import { startProcess, stopProcess } from '../start-process.ts'
import { startBareHttp, startBareTls } from './bare.ts'
import { startHttpMitmProxy, startMockttp } from './npm-peers.ts'
import type { Origin } from './origin.ts'
import { startMitmproxy } from './peer-mitmproxy.ts'
import { startSquid } from './peer-squid.ts'
import type { RelayReady } from './relay-process.ts'
import type { Missing, Subject } from './subject.ts'

/** All ways to the site, started; a peer that is not here is named. */
export async function startSubjects(origin: Origin): Promise<readonly (Subject | Missing)[]> {
  const subjects: (Subject | Missing)[] = [{ name: 'direct', ca: origin.ca, stop: async () => {} }]
  for (const start of [startRelay, startSquid, startMitmproxy, startMockttp, startHttpMitmProxy, startBareHttp, startBareTls])
    subjects.push(await start(origin))
  return subjects
}

async function startRelay({ origin, ca }: Origin): Promise<Subject> {
  const [child, ready] = await startProcess<RelayReady>(new URL('relay-process.ts', import.meta.url), JSON.stringify({ origin, ca }))
  const { port, authorization } = ready
  return { name: 'relay', proxy: { port, authorization }, ca: ready.ca, pid: child.pid as number, stop: () => stopProcess(child) }
}
