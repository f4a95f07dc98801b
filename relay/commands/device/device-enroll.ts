import { rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { certificateRequest, connectFolder, Enrolments } from '../../connect/index.ts'
import { RelayError } from '../../errors.ts'
import { type ApiRequest, readJson, send } from '../verb/client.ts'
import { moment, printable, printJson, printLine, printNote } from '../verb/output.ts'
import { basic, terminalAccess } from '../verb/terminal-access.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { findDevice, type OwnerOption } from './device.ts'

interface EnrollOptions extends OwnerOption {
  readonly output?: string
  readonly connect?: boolean
}

interface Issued {
  readonly certificate: string
  readonly serial: string
  readonly expiresAt: number
  readonly proxy?: string
  readonly proxyAuthority?: string
}

/** A certificate, and the device it is for. */
type Certified = Issued & { readonly deviceId: string }

type Call = (method: string, path: string, body?: unknown) => Promise<unknown>

const details = `
The key is made here and stays here; the file has the key and the certificate, and mode 0600. Do it again before the
certificate ends: the one before stays good until the new one is used. Revoking the device ends both at once.
On the relay's own machine name the device. On another, set
  LOGIN_RELAY_URL     the portal's address
  LOGIN_RELAY_DEVICE  DEVICE:TOKEN, as \`login-relay device add\` gave it`

/** `device enroll`: a client certificate for a device, with a key that is made where this runs. */
export function deviceEnrollVerb(device: Command): void {
  verb(device, 'enroll [NAME]', 'get a client certificate for a device, to use the proxy over TLS without a token')
    .option('--output <FILE>', 'where key and certificate are written (default: NAME.pem)')
    .option('--connect', 'keep them for `login-relay connect`, with what vouches for the relay')
    .option('--user <NAME>', 'whose device it is')
    .addHelpText('after', details)
    .action(enroll)
}

async function enroll(name: string | undefined, { output, connect, ...options }: EnrollOptions): Promise<void> {
  if (output !== undefined && connect === true) throw usage('--output and --connect do not go together.')
  const access = terminalAccess(process.env, 'device enroll')
  if (access === undefined && name === undefined) throw usage('Name the device, or set LOGIN_RELAY_URL and LOGIN_RELAY_DEVICE.')
  const own = access?.device.slice(0, access.device.indexOf(':'))
  if (own !== undefined && name !== undefined && name !== own) throw usage(`LOGIN_RELAY_DEVICE is ${printable(own)}: it gets a certificate for itself alone.`)
  const device = own ?? (name as string)
  const { key, request } = await certificateRequest(device)
  const issued = await (access === undefined
    ? withRelay(options, async (relay) => certify((...words) => relay.call(...words), (await findDevice(relay, device, options, 'device enroll')).id, request))
    : certifyOwn({ base: access.portal.href, headers: { authorization: basic(access.device) } }, device, request))
  if (connect === true) return keepForConnect(device, key, issued, options)
  const file = resolve(output ?? `${device}.pem`)
  await keep(file, `${key}${issued.certificate}`)
  const { serial, expiresAt, proxy } = issued
  if (options.json === true) return printJson({ device, file, serial, expiresAt, ...(proxy === undefined ? {} : { proxy }) })
  printLine(`Wrote ${printable(file)}: the key and certificate ${serial} of ${printable(device)}, good until ${moment(expiresAt)}.`)
  if (proxy === undefined) printNote('This relay takes certificates at its TLS listener, and has none yet: set `proxy.tlsListen` in relay.yaml.')
  else
    printNote(
      `Use it as\n  curl --proxy https://${proxy} --proxy-cert ${printable(file)} ...\nwith the relay's CA in --proxy-cacert and --cacert (\`login-relay ca show\`).`,
    )
}

async function keepForConnect(device: string, key: string, issued: Certified, { json }: OwnerOption): Promise<void> {
  const { proxy: address, proxyAuthority: authority, deviceId, certificate, serial, expiresAt } = issued
  if (address === undefined || authority === undefined) throw usage('This relay has no TLS listener: set `proxy.tlsListen` in its relay.yaml, and enrol again.')
  const enrolments = new Enrolments(connectFolder(process.env))
  await enrolments.put({ address, device, deviceId, key, certificate, authority })
  if (json === true) return printJson({ device, relay: address, folder: enrolments.folder, serial, expiresAt })
  printLine(`${printable(device)} is enrolled at ${address}, good until ${moment(expiresAt)}; it renews itself while \`login-relay connect\` runs.`)
  printNote('Next: login-relay connect')
}

async function certifyOwn(to: Pick<ApiRequest, 'base' | 'headers'>, name: string, request: string): Promise<Certified> {
  const call: Call = async (method, path, body) => readJson(await send({ ...to, method, path, body }))
  const devices = (await call('GET', '/api/v1/devices')) as { id: string; name: string }[]
  const device = devices.find((one) => one.name === name)
  if (device === undefined) throw new RelayError('not_found', { params: { what: `device ${name}` } })
  return certify(call, device.id, request)
}

async function certify(call: Call, id: string, request: string): Promise<Certified> {
  return { ...((await call('POST', `/api/v1/devices/${id}/certificate`, { request })) as Issued), deviceId: id }
}

/** In one step: a key never stands beside another's certificate, nor open to others for a moment. */
async function keep(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx' })
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new RelayError('usage', { params: { problem: `The file ${file} cannot be written.`, verb: 'device enroll' }, cause })
  }
}

function usage(problem: string): RelayError {
  return new RelayError('usage', { params: { problem, verb: 'device enroll' } })
}
