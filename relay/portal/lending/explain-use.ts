import type { Account } from '../../accounts/index.ts'
import { type Borrower, decide, namedAccount, termLines } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import { loadUser, type Principal, type User } from '../../identity/index.ts'
import { readClient } from '../../outbound/index.ts'
import { isOperator, isOwnOf } from '../access.ts'
import { asPerson } from '../caller/as-person.ts'
import type { Rooms } from '../rooms.ts'
import { ownerNames } from './owner-names.ts'

export interface UseQuestion {
  readonly user: string
  readonly account: string
  readonly device?: string | undefined
  readonly address?: string | undefined
  readonly at?: number | undefined
}

/** What would be decided, and what each grant to him says. Undefined: there is no such account, or it is not his who asks. */
export async function explainUse(rooms: Rooms, asker: Principal, { user: name, account: named, device, address, at }: UseQuestion) {
  const account = await accountMeant(rooms, asker, named)
  if (account === undefined || !(isOwnOf(asker, account) || isOperator(asker))) return undefined
  const user = await loadUser(rooms.identity, name)
  const principal = await principalOf(rooms, user, device)
  const { grants } = rooms
  const from = address === undefined ? undefined : addressMeant(address)
  const places = from === undefined ? [] : await grants.placesOf(from)
  const facts = grants.facts(user.id, account, { now: at ?? rooms.now(), address: from, places })
  const { allowed, rule, reason, grant } = decide(principal, 'use', account, facts)
  const names = await ownerNames(rooms)
  // On which terms something is lent is told to who lent it, and by the rule alone to who runs the relay.
  const isToldTerms = asker.kind === 'local' || isOwnOf(asker, account)
  const others = facts.grants.flatMap((one) => {
    const alone = decide(principal, 'use', account, { ...facts, grants: [one] })
    return alone.grant === undefined
      ? []
      : [
          {
            grant: one.id,
            to: `${one.to.kind} ${one.to.name}`,
            ...(isToldTerms ? { terms: termLines(one, names) } : {}),
            allowed: alone.allowed,
            rule: alone.rule,
            reason: alone.reason,
          },
        ]
  })
  return { allowed, rule, reason, ...(grant === undefined ? {} : { grant: grant.id }), places, others }
}

async function accountMeant(rooms: Rooms, asker: Principal, named: string): Promise<Account | undefined> {
  const own = asker.kind === 'local' ? undefined : rooms.accounts.account(named, asker.user.id)
  return own ?? namedAccount(rooms, named)
}

/** In the form in which the client's own is known. */
function addressMeant(text: string): string {
  const address = readClient(text)?.toString()
  if (address === undefined) throw new RelayError('bad_request', { params: { problem: 'the address is none: it is written like 192.0.2.7 or 2001:db8::7' } })
  return address
}

/** The user as he would ask: at the portal, or by this device. */
async function principalOf({ identity }: Rooms, user: User, deviceName: string | undefined): Promise<Borrower> {
  if (deviceName === undefined) return asPerson(user)
  const device = (await identity.listDevices(user.id)).find(({ name }) => name === deviceName)
  if (device === undefined) throw new RelayError('not_found', { params: { what: `device ${deviceName} of ${user.name}` } })
  return { kind: 'device', user, device }
}
