import type { Command } from 'commander'
import { RelayError } from '../errors.ts'
import { moment, printable, printJson, printLine, printNote, printTable } from './output.ts'
import type { CommonOptions } from './settings.ts'
import { noun, verb, withRelay } from './verb.ts'

interface DeviceView {
  readonly id: string
  readonly name: string
  readonly user: string
  readonly createdAt: number
  readonly lastSeenAt?: number
}

interface OwnerOption extends CommonOptions {
  readonly user?: string
}

/** `device add|list|revoke`. */
export function deviceVerbs(program: Command): void {
  const device = noun(program, 'device', 'terminals, scripts and agents that may use the proxy')
  verb(device, 'add NAME', 'enrol a device; prints its token, once').requiredOption('--user <NAME>', 'whose device it is').action(add)
  verb(device, 'list', 'list the devices').option('--user <NAME>', "only this person's").action(list)
  verb(device, 'revoke NAME', 'end a device: its token stops working at once').option('--user <NAME>', 'whose device it is').action(revoke)
}

async function add(name: string, options: OwnerOption): Promise<void> {
  const added = await withRelay(options, async (relay) => {
    const { device, token } = await relay.call<{ device: DeviceView; token: string }>('POST', '/api/v1/devices', { name, user: options.user })
    const { proxy } = await relay.call<{ proxy: string }>('GET', '/api/v1/status')
    return { device, token, proxy }
  })
  if (options.json === true) return printJson({ device: added.device.name, token: added.token })
  printLine(added.token)
  printNote(`This token is shown once. ${printable(added.device.name)} uses the proxy as`)
  printNote(`  http://${added.device.name}:TOKEN@${added.proxy}`)
}

async function list(options: OwnerOption): Promise<void> {
  const devices = await withRelay(options, (relay) => relay.call<DeviceView[]>('GET', '/api/v1/devices'))
  const shown = options.user === undefined ? devices : devices.filter(({ user }) => user === options.user)
  if (options.json === true) return printJson(shown)
  printTable(
    ['NAME', 'USER', 'SINCE', 'LAST SEEN'],
    shown.map(({ name, user, createdAt, lastSeenAt }) => [name, user, moment(createdAt), moment(lastSeenAt)]),
    'No devices yet: `login-relay device add NAME --user NAME`.',
  )
}

async function revoke(name: string, options: OwnerOption): Promise<void> {
  await withRelay(options, async (relay) => {
    const named = (await relay.call<DeviceView[]>('GET', '/api/v1/devices')).filter(
      (device) => device.name === name && (options.user ?? device.user) === device.user,
    )
    const [device, another] = named
    if (device === undefined) throw new RelayError('not_found', { params: { what: `device ${name}` } })
    if (another !== undefined)
      throw new RelayError('usage', { params: { problem: `Several people have a device ${name}: name one with --user.`, verb: 'device revoke' } })
    await relay.call('DELETE', `/api/v1/devices/${device.id}`)
  })
  if (options.json === true) printJson({ revoked: name })
  else printLine(`Revoked ${printable(name)}.`)
}
