import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import type { TrafficFigures } from '../../metrics/index.ts'
import { connectRunning, type RelayClient } from '../verb/client.ts'
import { printJson, printTable } from '../verb/output.ts'
import { type CommonOptions, loadSettings } from '../verb/settings.ts'
import { takesCommon } from '../verb/verb.ts'

interface Figures extends TrafficFigures {
  readonly sessions: number
  readonly challenges: number
}

interface TopOptions extends CommonOptions {
  readonly interval: string
}

/** `top`: what goes through the proxy, again and again on a terminal; once with --json or into a pipe. */
export function topVerb(command: Command): void {
  takesCommon(command).option('--interval <SECONDS>', 'seconds between two looks', '2').action(top)
}

async function top(options: TopOptions): Promise<void> {
  const seconds = Number(options.interval)
  if (!(seconds >= 0.2 && seconds <= 3600)) throw new RelayError('usage', { params: { problem: '--interval takes 0.2 to 3600 seconds.', verb: 'top' } })
  const relay = await connectRunning(await loadSettings(options))
  let before = await look(relay)
  const isOnce = options.json === true || process.stdout.isTTY !== true
  do {
    await pause(seconds * 1000)
    const now = await look(relay)
    if (options.json === true) printJson({ ...now, rates: ratesOf(before, now) })
    else {
      // Home, and clear what stood there: a refresh without a flicker.
      if (!isOnce) process.stdout.write('\u001b[H\u001b[J')
      show(before, now)
    }
    before = now
  } while (!isOnce)
}

function look(relay: RelayClient): Promise<Figures> {
  return relay.call<Figures>('GET', '/api/v1/traffic')
}

type Counted = Pick<TrafficFigures, 'requests' | 'bytes'>

/** Per second. */
function ratesOf(before: Figures, now: Figures): Counted {
  return perSecond(before, now, Math.max(now.at - before.at, 1))
}

function perSecond(before: Counted, now: Counted, milliseconds: number): Counted {
  const rate = (from: number, to: number): number => Math.round((Math.max(to - from, 0) * 10_000) / milliseconds) / 10
  return { requests: rate(before.requests, now.requests), bytes: rate(before.bytes, now.bytes) }
}

function show(before: Figures, now: Figures): void {
  const { requests, bytes } = ratesOf(before, now)
  const { intercepted, unread } = now.tunnels
  printTable(
    ['CONNECTIONS', 'TUNNELS', 'UNREAD', 'WEBSOCKETS', 'UNDER WAY', 'SESSIONS', 'QUESTIONS', 'REQUESTS/S', 'BYTES/S'],
    [[now.connections, intercepted, unread, now.webSockets, now.underWay, now.sessions, now.challenges, requests, bytes].map(String)],
    '',
  )
  process.stdout.write('\n')
  const nothing = { requests: 0, bytes: 0 }
  const busiest = now.devices.toSorted((a, b) => b.connections - a.connections || b.requests - a.requests).slice(0, 30)
  printTable(
    ['DEVICE', 'USER', 'CONNECTIONS', 'WEBSOCKETS', 'UNDER WAY', 'REQUESTS/S', 'BYTES/S', 'REQUESTS'],
    busiest.map((device) => {
      const rate = perSecond(before.devices.find(({ id }) => id === device.id) ?? nothing, device, Math.max(now.at - before.at, 1))
      return [device.name, device.user, ...[device.connections, device.webSockets, device.underWay, rate.requests, rate.bytes, device.requests].map(String)]
    }),
    'No device has come since the relay started.',
  )
}
