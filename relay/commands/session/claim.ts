import { type Command, Option } from 'commander'
import { RelayError } from '../../errors.ts'
import { writeSecretFile } from '../secrets/secret-file.ts'
import { connectRunning, readJson, send } from '../verb/client.ts'
import { printLine } from '../verb/output.ts'
import { type CommonOptions, loadSettings } from '../verb/settings.ts'
import { basic, terminalAccess } from '../verb/terminal-access.ts'
import { takesCommon } from '../verb/verb.ts'
import { type ClaimedSession, type Format, formatSession, formats } from './cookie-formats.ts'

interface ClaimOptions extends CommonOptions {
  readonly format: Format
  readonly output?: string
}

const details = `
On the relay's own machine nothing else is needed. On another, set
  LOGIN_RELAY_URL     the portal's address
  LOGIN_RELAY_DEVICE  DEVICE:TOKEN, as \`login-relay device add\` gave it`

/** `claim LINK`: redeems a handoff link for cookies, in the form a tool reads. */
export function claimVerb(command: Command): void {
  takesCommon(command)
    .addOption(
      new Option('--format <FORMAT>', 'as curl and wget read cookies, as the storageState of Playwright, as JSON, or as a Cookie header')
        .choices(formats)
        .default('json'),
    )
    .option('--output <FILE>', 'write to a file of mode 0600')
    .addHelpText('after', details)
    .action(claim)
}

async function claim(link: string, options: ClaimOptions): Promise<void> {
  const { origin, ticket } = parseLink(link)
  const session = await redeem(origin, ticket, options)
  const text = formatSession(session, options.format)
  if (options.output === undefined) return void process.stdout.write(text)
  try {
    await writeSecretFile(options.output, text)
  } catch (cause) {
    throw new RelayError('usage', { params: { problem: `The file ${options.output} cannot be written; the link is spent.`, verb: 'claim' }, cause })
  }
  if (options.json !== true) printLine(`Written to ${options.output}.`)
}

/** `https://relay/handoff/TICKET`, whole. */
export function parseLink(link: string): { origin: string; ticket: string } {
  const url = URL.canParse(link) ? new URL(link) : undefined
  const ticket = url === undefined ? undefined : /^\/handoff\/([A-Za-z0-9_-]{16,128})$/.exec(url.pathname)?.[1]
  if (url === undefined || ticket === undefined || !/^https?:$/.test(url.protocol)) throw new RelayError('link_malformed')
  return { origin: url.origin, ticket }
}

/** A link can come from anyone: the credential goes to the relay it belongs to, never to wherever the link points. */
async function redeem(origin: string, ticket: string, options: ClaimOptions): Promise<ClaimedSession> {
  const access = terminalAccess(process.env, 'claim')
  if (access !== undefined) {
    if (access.portal.origin !== origin) throw foreign(origin, access.portal.origin)
    const headers = { authorization: basic(access.device) }
    return (await readJson(await send({ base: origin, method: 'POST', path: '/api/v1/tickets/claim', headers, body: { ticket } }))) as ClaimedSession
  }
  const settings = await loadSettings(options)
  const relay = await connectRunning(settings)
  const { portal } = await relay.call<{ portal: string }>('GET', '/api/v1/status')
  if (origin !== new URL(portal).origin && origin !== new URL(relay.running.portal).origin) throw foreign(origin, portal)
  return relay.call<ClaimedSession>('POST', '/api/v1/tickets/claim', { ticket })
}

function foreign(origin: string, own: string): RelayError {
  return new RelayError('usage', { params: { problem: `The link is of another relay (${origin}) than yours (${own}).`, verb: 'claim' } })
}
