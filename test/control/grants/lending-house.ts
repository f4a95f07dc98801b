import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Test } from 'tap'
import type { Account, Site } from '../../../relay/accounts/index.ts'
import type { User } from '../../../relay/identity/index.ts'
import { formSite } from '../../form-site.ts'
import { Visitor } from '../../portal/visitor.ts'
import { answersIn, dialTunnel, type ProxyAccess, readAll } from '../../proxy/raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from '../../proxy/recording-origin.ts'
import { type StartedRelay, startRelay } from '../../start-relay.ts'

export interface Somebody {
  readonly user: User
  readonly password: string
  readonly browser: Visitor
  readonly device: { readonly id: string; readonly name: string }
  readonly access: ProxyAccess
}

/** What a door answered: `200`, or the code of the error and what it says. */
export interface Answer {
  readonly status: number
  readonly code: string
  readonly text: string
  readonly json: Record<string, unknown>
}

export type Name = 'ann' | 'bob' | 'carl' | 'root' | 'eve'

/** A relay whose clock is moved by hand, a real site behind it, and people: ann, who owns an account there; bob and carl; root, who runs it; eve, who audits it. */
export interface LendingHouse extends StartedRelay {
  readonly origin: RecordingOrigin
  readonly site: Site
  readonly account: Account
  readonly people: Readonly<Record<Name, Somebody>>
  pass(milliseconds: number): void
  now(): number
  /** By the portal's API, with the cookie of a browser where this person is signed in. */
  api(who: Name, method: string, path: string, body?: object): Promise<Answer>
  /** Lends ann's account, as the local administrator would, and gives the grant's id. */
  lend(to: object, terms?: object): Promise<string>
  /** A tunnel of this person's device to the site. */
  tunnel(who: Name): Promise<Socket>
  /** A request to the site through the proxy. */
  proxied(who: Name, path: string, options?: { readonly account?: string; readonly method?: string; readonly fields?: string }): Promise<Answer>
}

const roles: Readonly<Record<Name, User['role']>> = { ann: 'member', bob: 'member', carl: 'member', root: 'admin', eve: 'auditor' }

export async function startLendingHouse(
  t: Test,
  { who = ['ann', 'bob'], config = {} }: { readonly who?: readonly Name[]; readonly config?: Record<string, unknown> } = {},
): Promise<LendingHouse> {
  const origin = await startRecordingOrigin(t)
  let ahead = 0
  const now = () => Date.now() + ahead
  const relay = await startRelay(t, { hosts: { 'site.test': '127.0.0.1' }, now, config })
  const people = {} as Record<Name, Somebody>
  // One after another: the relay checks few passwords at a time.
  for (const name of who) people[name] = await person(relay, name, roles[name])
  const site = await relay.accounts.addSite({ ...formSite(origin.origin), ...(origin.ca === undefined ? {} : { ca: origin.ca }) })
  const account = await relay.accounts.addAccount({ owner: people.ann.user.id, siteId: 'erp', username: 'ann-at-erp', secrets: { password: 'pw' } })
  const api: LendingHouse['api'] = async (who, method, path, body) => {
    const { browser } = people[who]
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, {
      method,
      headers: {
        cookie: browser.cookie,
        'x-csrf-token': browser.csrf,
        origin: relay.portalUrl,
        ...(method !== 'POST' ? {} : { 'content-type': 'application/json' }),
      },
      ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    })
    return read(answer.status, await answer.text())
  }
  const tunnel = (who: Name) => dialTunnel(people[who].access, { authority: origin.host, ca: relay.certificateAuthority.pem() })
  return {
    ...relay,
    origin,
    site,
    account,
    people,
    now,
    pass: (milliseconds) => {
      ahead += milliseconds
    },
    api,
    async lend(to, terms = {}) {
      const answer = await fetch(`${relay.portalUrl}/api/v1/grants`, {
        method: 'POST',
        headers: { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ account: 'erp', user: 'ann', to, ...terms }),
      })
      const { status, json, text } = read(answer.status, await answer.text())
      if (status !== 201) throw new Error(text)
      return String(json.id)
    },
    tunnel,
    async proxied(who, path, { account: named, method = 'GET', fields = '' } = {}) {
      const socket = await tunnel(who)
      const header = named === undefined ? '' : `Login-Relay-Account: ${named}\r\n`
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${header}${fields}Connection: close\r\n\r\n`)
      const { text } = await readAll(socket)
      const [answer] = answersIn(text)
      if (answer === undefined) throw new Error(`no answer: ${text}`)
      return read(answer.status, answer.body)
    },
  }
}

async function person(relay: StartedRelay, name: string, role: User['role']): Promise<Somebody> {
  const password = randomBytes(12).toString('hex')
  const user = await relay.identity.addUser({ name, password, role })
  const { device, token } = await relay.identity.addDevice(user.id, `${name}-laptop`)
  const browser = new Visitor(relay.portalUrl)
  const { status } = await browser.signIn(name, password)
  if (status !== 303) throw new Error(`${name} could not sign in: ${status}`)
  const authorization = `Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}`
  return { user, password, browser, device, access: { ...relay.proxyAddress, authorization } }
}

function read(status: number, text: string): Answer {
  const json = text.startsWith('{') && !text.includes('}\n{') ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status, text, json, code: status < 300 ? 'ok' : String(json.code ?? status) }
}
