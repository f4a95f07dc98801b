import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Account, Site } from '../../relay/accounts/index.ts'
import type { User } from '../../relay/identity/index.ts'
import { type StartedRelay, type StartOptions, startRelay } from '../start-relay.ts'
import { Visitor } from './visitor.ts'

export interface Person {
  readonly user: User
  readonly password: string
  readonly device: { readonly id: string; readonly name: string; readonly token: string }
  readonly account: Account
}

export interface StartedPortal extends StartedRelay {
  /** Runs the relay. */
  readonly ann: Person
  /** A member. */
  readonly bob: Person
  readonly site: Site
  visitor(): Visitor
  /** A browser where this person is signed in. */
  signedIn(person: Person): Promise<Visitor>
}

/** A whole relay with two people, each with a device and an account at one site, whose name leads to a port where nobody is. */
export async function startPortal(t: Test, options: StartOptions = {}): Promise<StartedPortal> {
  const relay = await startRelay(t, { hosts: { 'erp.example.com': '127.0.0.1' }, ...options })
  const site = await relay.accounts.addSite({
    id: 'erp',
    origins: ['https://erp.example.com'],
    loginUrl: 'https://erp.example.com/login',
    adapter: 'form',
    settings: {},
    delivery: 'attach',
    networks: ['public'],
  })
  const person = async (name: string, role: User['role']): Promise<Person> => {
    const password = randomBytes(12).toString('hex')
    const user = await relay.identity.addUser({ name, password, role })
    const { device, token } = await relay.identity.addDevice(user.id, `${name}-laptop`)
    const account = await relay.accounts.addAccount({ owner: user.id, siteId: site.id, username: `${name}@erp`, secrets: { password: 'at the site' } })
    return { user, password, device: { id: device.id, name: device.name, token }, account }
  }
  const ann = await person('ann', 'admin')
  const bob = await person('bob', 'member')
  const visitor = () => new Visitor(relay.portalUrl)
  const signedIn = async ({ user, password }: Person) => {
    const browser = visitor()
    await browser.signIn(user.name, password)
    return browser
  }
  return { ...relay, ann, bob, site, visitor, signedIn }
}
