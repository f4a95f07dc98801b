import { loadavg } from 'node:os'
import { median } from '../sites/median.ts'
import { type Figures, measure, warmUp } from './measure.ts'
import { type Origin, startOrigin } from './origin.ts'
import { isInstalled } from './start-program.ts'
import type { Subject } from './subject.ts'
import { startSubjects } from './subjects.ts'

const rounds = 3
const names: readonly (keyof Figures)[] = ['perSecond', 'cpu', 'latency', 'throughput']

/** The relay beside other proxies that read what passes, and the direct way: side by side, in turn, medians of the rounds. */
export async function run(): Promise<readonly string[]> {
  if (!isInstalled('nginx')) return ['not measured: nginx, the site, is not here (apt-get install nginx-light)']
  const [loadBefore = 0] = loadavg()
  const origin = await startOrigin()
  try {
    return [...(await compare(origin)), `load of this machine before: ${loadBefore.toFixed(1)}; what others do on it shows in all of these figures`]
  } finally {
    await origin.stop()
  }
}

async function compare(origin: Origin): Promise<readonly string[]> {
  const all = await startSubjects(origin)
  const subjects = all.filter((one): one is Subject => !('missing' in one))
  try {
    for (const subject of subjects) await warmUp(subject, origin)
    const seen = new Map(subjects.map(({ name }) => [name, [] as Figures[]]))
    for (let round = 0; round < rounds; round++) {
      for (const subject of subjects) seen.get(subject.name)?.push(await measure(subject, origin))
    }
    const figures = new Map([...seen].map(([name, rows]) => [name, middle(rows)] as const))
    const missing = all.flatMap((one) => ('missing' in one ? [`not measured: ${one.name} is not here (${one.missing})`] : []))
    return [...table(figures), ...missing]
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()))
  }
}

function middle(rows: readonly Figures[]): Figures {
  return Object.fromEntries(names.map((name) => [name, median(rows.map((row) => row[name]))])) as unknown as Figures
}

const heads = ['requests/s', 'CPU µs', 'ms', 'ms added', 'MiB/s', 'relay: req/s', 'CPU', 'MiB/s']
const [nameWidth, width] = [17, 13]

function table(figures: ReadonlyMap<string, Figures>): string[] {
  const relay = figures.get('relay')
  const direct = figures.get('direct')
  const rows = [...figures].map(([name, { perSecond, cpu, latency, throughput }]) => {
    const own = [fixed(perSecond, 0), fixed(cpu, 0), fixed(latency, 3), fixed(latency - (direct?.latency ?? Number.NaN), 3), fixed(throughput, 0)]
    const isPeer = relay !== undefined && name !== 'relay'
    const ratios = isPeer ? [relay.perSecond / perSecond, relay.cpu / cpu, relay.throughput / throughput].map((ratio) => fixed(ratio, 2)) : []
    return row(name, [...own, ...ratios])
  })
  return [
    row('', heads),
    ...rows,
    `HTTPS keep-alive GET of 70 bytes with 16 connections (requests/s, CPU a request) and with one (ms); bodies of 1 MiB with 4; medians of ${rounds} rounds in turn`,
    "the last three columns: the relay's figure over that of the row; the relay has its device known, a session attached and its end looked for, metrics and access log",
    'bare TLS: a Node program that passes bytes between the two TLS connections; bare HTTP: one that reads and writes requests with the libraries of the relay',
  ]
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(nameWidth)}${cells.map((cell) => cell.padStart(width)).join('')}`
}

function fixed(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits)
}
