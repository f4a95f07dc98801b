import type { Command } from 'commander'
import { type ConnectState, connectFolder, createConnect, Enrolments, findRunningConnect } from '../connect/index.ts'
import { RelayError } from '../errors.ts'
import { moment, printable, printJson, printLine, printNote, printTable } from './output.ts'
import { untilTold } from './serve.ts'

interface ConnectVerbOptions {
  readonly listen: string
  readonly folder?: string
  readonly json?: boolean
}

interface FolderOption {
  readonly folder?: string
  readonly json?: boolean
}

const details = `
RELAY is HOST:PORT of a relay's TLS listener, as \`login-relay device enroll --connect\` printed it. Without one it
takes all that this client is enrolled at. The first is used while it is there, the next within two seconds where it
is not; connections that stand run out where they are.
Give browsers http://127.0.0.1:8472/proxy.pac, tools http://127.0.0.1:8472 as their proxy: there is no password.
Whoever can open a connection on this machine can use it as this device.`

/** `connect`: leads this machine's traffic to its relays, over TLS by which both sides prove themselves. */
export function connectVerb(program: Command): void {
  const summary = 'run the proxy of this terminal: to its relays over TLS, with its certificate and no password'
  const connect = program
    .command('connect')
    .summary(summary)
    .description(summary)
    .argument('[RELAY...]', 'relays in the order of preference')
    .option('--listen <ADDRESS>', 'where browsers and tools find it: HOST:PORT on loopback', '127.0.0.1:8472')
    .option('--folder <DIR>', 'where `device enroll --connect` has put what it holds')
    .option('--json', 'print JSON')
    .addHelpText('after', details)
    .action(run)
  connect
    .command('status')
    .summary('tell whether it runs, and how its relays are')
    .description('tell whether it runs, and how its relays are')
    .option('--folder <DIR>', 'the folder it was started with')
    .option('--json', 'print JSON')
    .action((_options: FolderOption, command: Command) => tellStatus(command.optsWithGlobals()))
}

async function run(relays: readonly string[], { listen, json, ...options }: ConnectVerbOptions): Promise<void> {
  const connect = await createConnect({ enrolments: enrolmentsOf(options), relays, listen, say: (text) => printNote(printable(text)) })
  await connect.start()
  if (json === true) printJson({ listen: connect.address, pid: process.pid })
  else {
    printLine(`Proxy   http://${connect.address}`)
    printLine(`PAC     http://${connect.address}/proxy.pac`)
    printLine('Stop with Ctrl+C.')
  }
  await untilTold()
  await connect.stop()
}

async function tellStatus({ json, ...options }: FolderOption): Promise<void> {
  const state = await askState(enrolmentsOf(options).folder)
  if (json === true) return printJson(state)
  printLine(`Proxy   http://${state.listen}`)
  printLine(`Relay   ${state.current ?? 'none can be used now'}`)
  printTable(
    ['RELAY', 'DEVICE', 'STATE', 'SINCE', 'CERTIFICATE UNTIL', 'PROBLEM'],
    state.relays.map(({ address, device, state: how, since, certificateUntil, problem }) => [
      address,
      device,
      how,
      moment(since),
      moment(certificateUntil),
      problem ?? '-',
    ]),
    'No relays.',
  )
}

async function askState(folder: string): Promise<ConnectState> {
  const running = await findRunningConnect(folder)
  const ask = async () =>
    fetch(`http://${running?.listen}/status`, { headers: { authorization: `Bearer ${running?.token}` }, signal: AbortSignal.timeout(5000) })
  const answer = running === undefined ? undefined : await ask().catch(() => undefined)
  if (answer?.ok !== true) throw new RelayError('connect_not_running')
  return (await answer.json()) as ConnectState
}

function enrolmentsOf({ folder }: FolderOption): Enrolments {
  return new Enrolments(folder ?? connectFolder(process.env))
}
