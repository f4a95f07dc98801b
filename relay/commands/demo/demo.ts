import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configSchema } from '../../../config/index.ts'
import { createRelay, type Relay } from '../../app.ts'
import { counted } from '../../counted.ts'
import { RelayError } from '../../errors.ts'
import type { SiteSession } from '../../sessions/index.ts'
import { createMasterKey } from '../../vault/index.ts'
import { printable, printLine } from '../verb/output.ts'
import { untilTold } from '../verb/until-told.ts'
import { type SampleSite, startSampleSite } from './sample-site.ts'
import { sightings } from './sightings.ts'
import { Terminal } from './terminal.ts'

const person = 'ann'
const username = 'ann.miller'

/** The demo as a list of steps, in the order they are told. */
export async function demo({ once }: { once: boolean }): Promise<void> {
  const password = `canary-${randomBytes(9).toString('base64url')}`
  const portalPassword = randomBytes(9).toString('base64url')
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-demo-'))
  const site = await startSampleSite({ username, password })
  let relay: Relay | undefined
  try {
    heading('A sample business server and a relay')
    tell(`sample server  ${site.url}`)
    relay = await startRelay(folder)
    tell(`relay          portal ${relay.portal.url()}, proxy ${relay.proxy.address}, data in ${folder}`)
    const { accountId, token } = await enrol(relay, site, password, portalPassword)

    heading('The relay signs in')
    const session = await signIn(relay, accountId)

    heading('The terminal, which holds a device token and nothing else, uses the session')
    const terminal = new Terminal(relay.proxy.address, 'terminal', token)
    await fetchProtectedPage(terminal, session)
    await claimLink(relay, terminal, accountId)

    heading('The password')
    const seen = sightings(password, terminal.received)
    tell(`seen ${counted(seen, 'time')} in the ${terminal.received.length} bytes the terminal received`)
    if (seen !== 0) throw new RelayError('internal', { detail: 'the password reached the terminal' })

    if (once) return
    heading('Now you')
    tell(`open  ${relay.portal.url()}`)
    tell(`sign in as ${person} with the password ${portalPassword}`)
    tell('a browser that goes through the proxy even to this machine, which browsers leave out by themselves:')
    tell(`  chromium --proxy-server=http://${relay.proxy.address} --proxy-bypass-list='<-loopback>'`)
    tell(`  it asks for the user name terminal and the password ${token}`)
    tell(`or: curl -x http://terminal:${token}@${relay.proxy.address} ${session.landingUrl}`)
    tell('Ctrl+C ends it and removes everything.')
    await untilTold()
  } finally {
    await relay?.stop()
    await site.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function startRelay(folder: string): Promise<Relay> {
  const config = configSchema.parse({ portal: { listen: '127.0.0.1:0' }, proxy: { listen: '127.0.0.1:0' }, log: { level: 'error' } })
  await createMasterKey(config.masterKey, folder)
  const relay = await createRelay({ config, folder, env: process.env })
  await relay.start()
  return relay
}

/** A person, his device, the site and his account there: what `init`, `device add`, `site add` and `account add` do. */
async function enrol(relay: Relay, sample: SampleSite, password: string, portalPassword: string): Promise<{ accountId: string; token: string }> {
  const user = await relay.identity.addUser({ name: person, password: portalPassword, role: 'admin' })
  const { token } = await relay.identity.addDevice(user.id, 'terminal')
  const report = await relay.login.probe(new URL(sample.url))
  for (const line of report.found) tell(`found          ${printable(line)}`)
  const { adapter, settings, loginUrl, networks } = report
  const site = await relay.declarations.add({
    id: 'orders',
    origins: [...new Set([new URL(sample.url).origin, ...report.origins])],
    loginUrl,
    adapter,
    settings,
    networks,
    delivery: 'attach',
  })
  const account = await relay.accounts.addAccount({ owner: user.id, siteId: site.id, username, secrets: { password } })
  return { accountId: account.id, token }
}

async function signIn(relay: Relay, accountId: string): Promise<SiteSession> {
  const stop = relay.sessions.onEvent((event) => {
    if (event.type === 'step') tell(`${printable(event.step.text)}  ${Math.round(event.step.ms)} ms`)
    if (event.type === 'challenge') tell(`the captcha was too hard: answer it at ${relay.portal.url()}`)
    if (event.type === 'signed-in')
      tell(
        `${Math.round(event.timing.total)} ms in all: the site ${Math.round(event.timing.network)}, reading captchas ${Math.round(event.timing.captcha)}, the relay ${Math.round(event.timing.relay)}`,
      )
  })
  try {
    return await relay.sessions.ensure(accountId)
  } finally {
    stop()
  }
}

async function fetchProtectedPage(terminal: Terminal, session: SiteSession): Promise<void> {
  const { status, body } = await terminal.get(new URL(session.landingUrl))
  const title = /<title>([^<]*)<\/title>/.exec(body)?.[1] ?? ''
  tell(`GET ${session.landingUrl} through the proxy: ${status} "${printable(title)}"`)
  if (status !== 200) throw new RelayError('internal', { detail: `the protected page answered ${status}` })
}

async function claimLink(relay: Relay, terminal: Terminal, accountId: string): Promise<void> {
  const account = relay.accounts.account(accountId)
  if (account === undefined) throw new RelayError('internal', { detail: 'the account is gone' })
  const { value } = await relay.sessions.tickets.issue(accountId, account.owner)
  const claim = () => terminal.postJson(new URL('/api/v1/tickets/claim', relay.portal.url()), { ticket: value })
  const first = await claim()
  const cookies = (JSON.parse(first.body) as { cookies: { name: string }[] }).cookies.map(({ name }) => name)
  tell(`claimed a handoff link: ${first.status}, cookies ${cookies.join(', ')}`)
  tell(`claimed it again: ${(await claim()).status}, it works once`)
}

function heading(text: string): void {
  printLine(`\n${text}`)
}

function tell(text: string): void {
  printLine(`  ${text}`)
}
