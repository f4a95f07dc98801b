import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import type { OriginReady } from './proxy-origin.ts'
import type { RelayReady } from './proxy-relay.ts'

/** Seconds each measurement runs; rounds whose median counts. */
const [seconds, rounds] = [2, 3]
const connections = 16

interface Measured {
  readonly perSecond: number
  /** Milliseconds, of one request after the other on one connection. */
  readonly latency: number
}

/** Requests per second and added latency through the proxy: an intercepted HTTPS site with its session attached, against the same site asked directly. */
export async function run(): Promise<readonly string[]> {
  const [origin, site] = await start<OriginReady>('./proxy-origin.ts')
  const [relay, proxy] = await start<RelayReady>('./proxy-relay.ts', JSON.stringify(site))
  const url = `${site.origin}/small`
  const direct = new Agent({ connections, connect: { ca: site.ca, lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]) } })
  const relayed = new ProxyAgent({ uri: `http://${proxy.address}`, token: proxy.authorization, connections, requestTls: { ca: proxy.ca } })
  try {
    const directly: Measured[] = []
    const throughRelay: Measured[] = []
    for (let round = 0; round < rounds; round++) {
      directly.push(await measure(direct, url, site.cookie))
      throughRelay.push(await measure(relayed, url))
    }
    const [a, b] = [median(directly), median(throughRelay)]
    return [
      `direct    ${a.perSecond.toFixed(0).padStart(6)} requests/s, ${a.latency.toFixed(3)} ms at the median`,
      `relayed   ${b.perSecond.toFixed(0).padStart(6)} requests/s, ${b.latency.toFixed(3)} ms at the median, ${(b.latency - a.latency).toFixed(3)} ms added`,
      `HTTPS keep-alive GET of 70 bytes, ${connections} connections; the relay on one core, this client beside it`,
    ]
  } finally {
    await Promise.all([direct.destroy(), relayed.destroy()])
    await Promise.all([relay, origin].map(stop))
  }
}

async function start<Ready>(file: string, ...args: string[]): Promise<[ChildProcess, Ready]> {
  const child = fork(new URL(file, import.meta.url), args)
  const [ready] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error(`${file} ended`)))])
  return [child, ready as Ready]
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}

async function measure(dispatcher: Dispatcher, url: string, cookie?: string): Promise<Measured> {
  const headers = cookie === undefined ? {} : { cookie }
  const ask = async (): Promise<void> => {
    const { statusCode, body } = await dispatcher.request({ origin: new URL(url).origin, path: new URL(url).pathname, method: 'GET', headers })
    if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${await body.text()}`)
    await body.dump()
  }
  for (let i = 0; i < 200; i++) await ask()
  const times: number[] = []
  for (let i = 0; i < 500; i++) {
    const begun = performance.now()
    await ask()
    times.push(performance.now() - begun)
  }
  const end = performance.now() + seconds * 1000
  let count = 0
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      await ask()
      count++
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
  return { perSecond: count / seconds, latency: middle(times) }
}

function median(all: readonly Measured[]): Measured {
  return { perSecond: middle(all.map(({ perSecond }) => perSecond)), latency: middle(all.map(({ latency }) => latency)) }
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number
}
