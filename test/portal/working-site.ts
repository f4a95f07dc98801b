import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Account, Site } from '../../relay/accounts/index.ts'
import { type BasicSite, startBasicSite } from '../sites/basic-site.ts'
import { type RotatingSite, startRotatingSite } from '../sites/rotating-site.ts'
import { type AskingSite, startAskingSite } from './asking-site.ts'
import type { Person, StartedPortal } from './start-portal.ts'

export interface WorkingAccount<S> {
  readonly business: S
  readonly site: Site
  readonly account: Account
  /** The password at the site. */
  readonly password: string
}

/** A person's account at a real server that lets him in without asking anything. */
export async function workingAccount(
  t: Test,
  relay: StartedPortal,
  person: Person,
  delivery: Site['delivery'] = 'attach',
): Promise<WorkingAccount<RotatingSite>> {
  const password = `pw-${randomBytes(12).toString('hex')}`
  const business = await startRotatingSite({ username: 'worker', password })
  t.teardown(() => business.stop())
  return { business, password, ...(await enrolAt(relay, person, business.origin, 'worker', password, delivery)) }
}

/** A person's account at a real server whose captcha no reader reads: a person is asked. */
export async function askingAccount(t: Test, relay: StartedPortal, person: Person): Promise<WorkingAccount<AskingSite>> {
  const password = `pw-${randomBytes(12).toString('hex')}`
  const business = await startAskingSite('worker', password)
  t.teardown(() => business.stop())
  return { business, password, ...(await enrolAt(relay, person, business.origin, 'worker', password, 'attach')) }
}

/** A person's account at a real server that wants the password with every request. */
export async function basicAccount(t: Test, relay: StartedPortal, person: Person, delivery: Site['delivery']): Promise<WorkingAccount<BasicSite>> {
  const password = `pw-${randomBytes(12).toString('hex')}`
  const business = await startBasicSite({ username: 'worker', password })
  t.teardown(() => business.stop())
  return { business, password, ...(await enrolAt(relay, person, business.origin, 'worker', password, delivery, 'basic')) }
}

/** From now on the relay has another password for the account than the site. */
export async function spoilPassword(relay: StartedPortal, { owner, siteId, name, username }: Account): Promise<void> {
  await relay.accounts.addAccount({ owner, siteId, name, username, secrets: { password: 'wrong' }, replace: true })
}

async function enrolAt(relay: StartedPortal, person: Person, origin: string, username: string, password: string, delivery: Site['delivery'], adapter = 'form') {
  const id = `site-${randomBytes(3).toString('hex')}`
  const site = await relay.accounts.addSite({
    id,
    origins: [origin],
    loginUrl: adapter === 'basic' ? `${origin}/` : `${origin}/login`,
    adapter,
    settings: {},
    delivery,
    networks: ['loopback'],
  })
  const account = await relay.accounts.addAccount({ owner: person.user.id, siteId: id, username, secrets: { password } })
  return { site, account }
}
