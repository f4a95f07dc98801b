import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { lingeringAccounts } from '../account/account-copies.ts'
import type { RelayClient } from '../verb/client.ts'
import { ofUser } from '../verb/of-user.ts'
import { moment, printable, printJson, printLine, printNote, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

interface DeviceView {
  readonly id: string
  readonly name: string
  readonly user: string
  readonly createdAt: number
  readonly lastSeenAt?: number
  readonly certificateUntil?: number
  readonly unwritten?: true
}

export interface OwnerOption extends CommonOptions {
  readonly user?: string
}

interface ChoiceView {
  readonly site: string
  readonly account: string
  readonly chosenAt: number
}

/** `device add|list|revoke|end|accounts|choose`. */
export function deviceVerbs(device: Command): void {
  verb(device, 'add NAME', 'enrol a device; prints its token, once').requiredOption('--user <NAME>', 'whose device it is').action(add)
  verb(device, 'list', 'list the devices').option('--user <NAME>', "only this person's").action(list)
  verb(device, 'revoke NAME', 'end a device: its token and certificates stop working at once').option('--user <NAME>', 'whose device it is').action(revoke)
  verb(device, 'end NAME', 'cut what a device has under way and end the sessions it used; it stays enrolled')
    .option('--user <NAME>', 'whose device it is')
    .action(end)
  verb(device, 'accounts NAME', 'show which account a device uses at sites with several').option('--user <NAME>', 'whose device it is').action(accounts)
  verb(device, 'choose NAME [ACCOUNT]', 'choose the account that a device uses at its site')
    .option('--ask <SITE>', 'forget the choice at this site: the person is asked anew')
    .option('--user <NAME>', 'whose device it is')
    .action(choose)
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
  const devices = await withRelay(options, (relay) => devicesOf(relay, options))
  if (options.json === true) return printJson(devices)
  printTable(
    ['NAME', 'USER', 'SINCE', 'LAST SEEN', 'CERTIFICATE UNTIL'],
    devices.map(({ name, user, createdAt, lastSeenAt, certificateUntil }) => [
      name,
      user,
      moment(createdAt),
      moment(lastSeenAt),
      certificateUntil === undefined ? '-' : moment(certificateUntil),
    ]),
    'No devices yet: `login-relay device add NAME --user NAME`.',
  )
  for (const { name, user, unwritten } of devices)
    if (unwritten === true) printNote(`${printable(name)} of ${printable(user)} is void, but that could not be written down: revoke it once more.`)
}

async function revoke(name: string, options: OwnerOption): Promise<void> {
  await withRelay(options, async (relay) => {
    const { id } = await findDevice(relay, name, options, 'device revoke')
    await relay.call('DELETE', `/api/v1/devices/${id}`)
  })
  if (options.json === true) printJson({ revoked: name })
  else printLine(`Revoked ${printable(name)}.`)
}

async function end(name: string, options: OwnerOption): Promise<void> {
  const { user, counts } = await withRelay(options, async (relay) => {
    const { id, user } = await findDevice(relay, name, options, 'device end')
    return { user, counts: await relay.call<{ siteSessions: number; stillAtSites: number }>('POST', `/api/v1/devices/${id}/end`, {}) }
  })
  if (options.json === true) printJson(counts)
  else {
    printLine(`Cut ${printable(name)} off. Sessions ended whose sites were told: ${counts.siteSessions}. It stays enrolled.`)
    if (counts.stillAtSites > 0) printLine(lingeringAccounts(counts.stillAtSites, user))
  }
}

async function accounts(name: string, options: OwnerOption): Promise<void> {
  const choices = await withRelay(options, async (relay) => {
    const { id } = await findDevice(relay, name, options, 'device accounts')
    return relay.call<ChoiceView[]>('GET', `/api/v1/devices/${id}/choices`)
  })
  printChoices(choices, options)
}

async function choose(name: string, account: string | undefined, options: OwnerOption & { readonly ask?: string }): Promise<void> {
  const { ask } = options
  if ((account === undefined) === (ask === undefined))
    throw new RelayError('usage', { params: { problem: 'Name an account, or a site with --ask.', verb: 'device choose' } })
  const choices = await withRelay(options, async (relay) => {
    const path = `/api/v1/devices/${(await findDevice(relay, name, options, 'device choose')).id}/choices`
    if (ask === undefined) return relay.call<ChoiceView[]>('POST', path, { account })
    await relay.call('DELETE', `${path}/${encodeURIComponent(ask)}`)
    return relay.call<ChoiceView[]>('GET', path)
  })
  printChoices(choices, options)
}

function printChoices(choices: readonly ChoiceView[], options: OwnerOption): void {
  if (options.json === true) {
    printJson(choices)
    return
  }
  printTable(
    ['SITE', 'ACCOUNT', 'SINCE'],
    choices.map(({ site, account, chosenAt }) => [site, account, moment(chosenAt)]),
    'No account was chosen for it: where there are several, a browser asks and a tool names one in the header Login-Relay-Account.',
  )
}

function devicesOf(relay: RelayClient, { user }: OwnerOption): Promise<DeviceView[]> {
  return relay.call('GET', `/api/v1/devices${ofUser(user)}`)
}

/** The one of this name; `usage` where several people have one. */
export async function findDevice(relay: RelayClient, name: string, options: OwnerOption, verb: string): Promise<DeviceView> {
  const [device, another] = (await devicesOf(relay, options)).filter((one) => one.name === name)
  if (device === undefined) throw new RelayError('not_found', { params: { what: `device ${name}` } })
  if (another !== undefined) throw new RelayError('usage', { params: { problem: `Several people have a device ${name}: name one with --user.`, verb } })
  return device
}
