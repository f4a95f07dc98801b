import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, rootCertificates } from 'node:tls'
import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { connectRunning, readText, send } from '../verb/client.ts'
import { printNote } from '../verb/output.ts'
import { type CommonOptions, loadSettings } from '../verb/settings.ts'
import { basic, terminalAccess } from '../verb/terminal-access.ts'
import { takesCommon } from '../verb/verb.ts'
import { commandEnvironment } from './command-environment.ts'

interface RunOptions extends CommonOptions {
  readonly user?: string
}

/** Everything a command needs to go through the proxy. */
interface Access {
  /** With the device's name and token. */
  readonly proxyUrl: string
  readonly ca: string
  readonly enrolledHosts: readonly string[]
  /** Gives back what was made for this run. */
  release(): Promise<void>
}

const details = `
On the relay's own machine a device is made for the command and revoked after it. On another, set
  LOGIN_RELAY_URL     the portal's address
  LOGIN_RELAY_PROXY   HOST:PORT of the proxy, or https://HOST:PORT of its TLS listener
  LOGIN_RELAY_DEVICE  DEVICE:TOKEN, as \`login-relay device add\` gave it`

/** `run -- COMMAND`: a command whose requests go through the proxy and trust the CA. */
export function runVerb(command: Command): void {
  takesCommon(command)
    .usage('[options] -- COMMAND [ARGUMENTS]')
    .option('--user <NAME>', 'whose accounts it uses (default: the only user)')
    .addHelpText('after', details)
    .passThroughOptions()
    .action(run)
}

async function run(words: readonly string[], options: RunOptions): Promise<void> {
  const access = await gainAccess(options)
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-run-'))
  try {
    const files = { ca: join(folder, 'ca.pem'), bundle: join(folder, 'bundle.pem') }
    await writeFile(files.ca, access.ca)
    await writeFile(files.bundle, [await trustedAlready(process.env), access.ca].join('\n'))
    const env = commandEnvironment(process.env, { proxyUrl: access.proxyUrl, files, enrolledHosts: access.enrolledHosts })
    process.exitCode = await runToEnd(words, env)
  } finally {
    await rm(folder, { recursive: true, force: true })
    await access.release()
  }
}

async function gainAccess(options: RunOptions): Promise<Access> {
  const given = terminalAccess(process.env, 'run')
  if (given === undefined) return borrowAccess(options)
  if (given.proxy === undefined) throw new RelayError('usage', { params: { problem: 'LOGIN_RELAY_PROXY, HOST:PORT of the proxy, is not set.', verb: 'run' } })
  const headers = { authorization: basic(given.device) }
  const fetchText = async (path: string) => readText(await send({ base: given.portal.origin, method: 'GET', path, headers }))
  return {
    proxyUrl: withDevice(given.proxy, given.device),
    ca: await fetchText('/api/v1/ca.pem'),
    enrolledHosts: hostsOf(JSON.parse(await fetchText('/api/v1/sites'))),
    release: async () => {},
  }
}

/** On the relay's own machine: a device for this one command. */
async function borrowAccess(options: RunOptions): Promise<Access> {
  const relay = await connectRunning(await loadSettings(options))
  const user = options.user ?? (await theOnlyUser(relay))
  const name = `run-${process.pid}-${Date.now().toString(36)}`
  const { device, token } = await relay.call<{ device: { id: string }; token: string }>('POST', '/api/v1/devices', { name, user })
  return {
    proxyUrl: withDevice(relay.running.proxy, `${name}:${token}`),
    ca: await readText(await relay.open('GET', '/api/v1/ca.pem')),
    enrolledHosts: hostsOf(await relay.call('GET', '/api/v1/sites')),
    release: async () =>
      void (await relay
        .call('DELETE', `/api/v1/devices/${device.id}`)
        .catch(() => printNote(`The device ${name} could not be revoked: \`login-relay device revoke ${name}\`.`))),
  }
}

async function theOnlyUser(relay: { call<T>(method: string, path: string): Promise<T> }): Promise<string> {
  const [user, another] = await relay.call<{ name: string }[]>('GET', '/api/v1/users')
  if (user === undefined || another !== undefined) throw new RelayError('usage', { params: { problem: 'Say whose accounts: --user NAME.', verb: 'run' } })
  return user.name
}

function withDevice(proxy: string, device: string): string {
  const [name = '', token = ''] = device.split(':')
  const scheme = /^https:\/\//i.test(proxy) ? 'https' : 'http'
  const address = proxy.replace(/^https?:\/\//i, '').replace(/\/$/, '')
  return `${scheme}://${encodeURIComponent(name)}:${encodeURIComponent(token)}@${address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}`
}

function hostsOf(sites: unknown): string[] {
  return (sites as { origins: string[] }[]).flatMap(({ origins }) => origins.map((origin) => new URL(origin).hostname))
}

/** The system's roots, and what the person's own SSL_CERT_FILE adds. */
async function trustedAlready(env: NodeJS.ProcessEnv): Promise<string> {
  const own = env.SSL_CERT_FILE === undefined ? '' : await readFile(env.SSL_CERT_FILE, 'utf8').catch(() => '')
  const system = getCACertificates('system')
  return [...(system.length > 0 ? system : rootCertificates), own].join('\n')
}

/** Runs the command with this terminal as its own; a signal that ends it gives the shell's status for it. */
function runToEnd(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [command = '', ...rest] = words
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { env, stdio: 'inherit' })
    // The terminal sends both of us the signal; the command decides what becomes of it.
    const wait = () => {}
    process.on('SIGINT', wait)
    const forward = () => child.kill('SIGTERM')
    process.on('SIGTERM', forward)
    const settle = () => {
      process.off('SIGINT', wait)
      process.off('SIGTERM', forward)
    }
    child.on('error', (cause) => {
      settle()
      reject(new RelayError('usage', { params: { problem: `The command ${command} cannot be run.`, verb: 'run' }, cause }))
    })
    child.on('exit', (code, signal) => {
      settle()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
