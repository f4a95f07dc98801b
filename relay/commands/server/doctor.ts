import { X509Certificate } from 'node:crypto'
import { access, constants, stat } from 'node:fs/promises'
import { connect as connectSocket, createServer } from 'node:net'
import { getCACertificates } from 'node:tls'
import type { Command } from 'commander'
import { asRelayError, RelayError } from '../../errors.ts'
import type { ProbeReport } from '../../login/index.ts'
import { connect, type RelayClient, readText } from '../verb/client.ts'
import { printable, printJson, printLine } from '../verb/output.ts'
import { type CommonOptions, loadSettings } from '../verb/settings.ts'
import { takesCommon } from '../verb/verb.ts'

interface Finding {
  readonly check: string
  readonly verdict: 'ok' | 'warning' | 'failed'
  readonly text: string
  /** What mends it. */
  readonly mend?: string
}

/** `doctor`: looks at everything a relay depends on, and says the mend for each. */
export function doctorVerb(command: Command): void {
  takesCommon(command).action(doctor)
}

async function doctor(options: CommonOptions): Promise<void> {
  const findings: Finding[] = []
  const report = (finding: Finding) => {
    findings.push(finding)
    if (options.json !== true) show(finding)
  }
  await examine(options, report)
  if (options.json === true) printJson(findings)
  if (findings.some(({ verdict }) => verdict === 'failed')) process.exitCode = 1
}

async function examine(options: CommonOptions, report: (finding: Finding) => void): Promise<void> {
  const settings = await attempt(
    'configuration',
    report,
    () => loadSettings(options),
    ({ file }) => file ?? 'no file: every option has its default',
  )
  if (settings === undefined) return
  const folder = await checkFolder(settings.folder)
  report(folder)
  if (folder.verdict === 'failed') return
  const { database } = settings.config.places
  if (database !== undefined)
    await attempt(
      'places',
      report,
      async () => (await import('../../control/index.ts')).openPlacesDatabase(database),
      ({ kind, built }) => `${database}: ${kind}, made ${built.slice(0, 10)}`,
    )
  const relay = await attempt(
    'store and master key',
    report,
    () => connect(settings, options.json),
    ({ running }) => (running === undefined ? 'they open; no server runs' : `a server runs (process ${running.pid})`),
  )
  if (relay === undefined) return
  try {
    for (const [name, address] of [
      ['portal', settings.config.portal.listen],
      ['proxy', settings.config.proxy.listen],
    ] as const)
      report(await checkPort(name, address, relay))
    report(await checkTrust(relay))
    report(await checkClock(settings.folder))
    for (const finding of await checkSites(relay)) report(finding)
  } finally {
    await relay.close()
  }
}

async function attempt<T>(check: string, report: (finding: Finding) => void, look: () => Promise<T>, describe: (found: T) => string): Promise<T | undefined> {
  try {
    const found = await look()
    report({ check, verdict: 'ok', text: describe(found) })
    return found
  } catch (thrown) {
    const error = asRelayError(thrown)
    report({ check, verdict: 'failed', text: error.message, mend: error.next })
    return undefined
  }
}

async function checkFolder(folder: string): Promise<Finding> {
  const check = 'data directory'
  const failed = (code: 'data_missing' | 'data_unwritable'): Finding => {
    const { message, next } = new RelayError(code, { params: { dir: folder } })
    return { check, verdict: 'failed', text: message, mend: next }
  }
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) return failed('data_missing')
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!isWritable) return failed('data_unwritable')
  if ((found.mode & 0o077) === 0) return { check, verdict: 'ok', text: folder }
  return { check, verdict: 'warning', text: `${folder} can be read by others on this machine`, mend: `Close it with \`chmod 700 ${folder}\`.` }
}

/** While a server runs its ports must answer; while none runs they must be free. */
async function checkPort(name: string, address: string, relay: RelayClient): Promise<Finding> {
  const check = `${name} port`
  if (relay.running !== undefined) {
    const actual = name === 'portal' ? new URL(relay.running.portal).host : relay.running.proxy
    if (await answers(actual)) return { check, verdict: 'ok', text: `${actual} answers` }
    return { check, verdict: 'failed', text: `${actual} does not answer`, mend: "Look at the server's log; restart it." }
  }
  if (await isFree(address)) return { check, verdict: 'ok', text: `${address} is free` }
  const error = new RelayError('port_taken', { params: { address, key: `${name}.listen` } })
  return { check, verdict: 'failed', text: error.message, mend: error.next }
}

async function checkTrust(relay: RelayClient): Promise<Finding> {
  const check = 'CA trust'
  const pem = await readText(await relay.open('GET', '/api/v1/ca.pem'))
  const ca = new X509Certificate(pem)
  if (ca.validToDate.getTime() < Date.now())
    return { check, verdict: 'failed', text: 'the CA has expired', mend: 'Start the server: it makes a new one; install that.' }
  const trusted = getCACertificates('system').some((known) => new X509Certificate(known).fingerprint256 === ca.fingerprint256)
  if (trusted) return { check, verdict: 'ok', text: 'this machine trusts the CA' }
  return {
    check,
    verdict: 'warning',
    text: 'this machine does not trust the CA',
    mend: '`login-relay run` needs no trust; for browsers run `login-relay ca install` (docs/terminals.md).',
  }
}

/** Certificates, tickets and one-time codes depend on it. What was written here lately cannot lie in the future. */
async function checkClock(folder: string): Promise<Finding> {
  const ahead = (await stat(folder)).mtimeMs - Date.now()
  if (ahead < 60_000) return { check: 'clock', verdict: 'ok', text: new Date().toISOString() }
  return {
    check: 'clock',
    verdict: 'failed',
    text: `the clock stands ${Math.round(ahead / 1000)} s before the last write of the data directory`,
    mend: 'Set the clock; let NTP keep it.',
  }
}

async function checkSites(relay: RelayClient): Promise<Finding[]> {
  const sites = await relay.call<{ id: string }[]>('GET', '/api/v1/sites')
  return Promise.all(
    sites.map(async ({ id }): Promise<Finding> => {
      const check = `site ${id}`
      try {
        const { ok, found, problem } = await relay.call<ProbeReport>('POST', `/api/v1/sites/${encodeURIComponent(id)}/check`)
        if (ok) return { check, verdict: 'ok', text: found.join('; ') }
        return { check, verdict: 'failed', text: problem?.text ?? found.join('; '), ...(problem === undefined ? {} : { mend: problem.next }) }
      } catch (thrown) {
        const error = asRelayError(thrown)
        return { check, verdict: 'failed', text: error.message, mend: error.next }
      }
    }),
  )
}

function show({ check, verdict, text, mend }: Finding): void {
  printLine(`${verdict.padEnd(8)} ${printable(check)}: ${printable(text)}`)
  if (mend !== undefined) printLine(`${' '.repeat(9)}${printable(mend)}`)
}

function split(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) }
}

function isFree(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(split(address), () => server.close(() => resolve(true)))
  })
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ ...split(address), timeout: 3000 })
    const settle = (verdict: boolean) => {
      socket.destroy()
      resolve(verdict)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
  })
}
