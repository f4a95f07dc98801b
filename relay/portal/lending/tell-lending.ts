import type { AccessRequest, Grant } from '../../control/index.ts'
import type { Rooms } from '../rooms.ts'

type Telling = Pick<Rooms, 'notices' | 'grants' | 'identity'>

/** Who decides is told that he is asked. */
export async function tellAsked(
  { notices, grants }: Telling,
  { owner, accountId, grantId, named, kind, requester, requesterName, why }: AccessRequest,
): Promise<void> {
  if (owner === undefined || accountId === undefined) return
  const approvers = kind === 'approval' && grantId !== undefined ? (grants.get(grantId)?.approval?.by ?? []) : []
  const text = `${requesterName} asks for ${named}${kind === 'emergency' ? ' in an emergency, and has it after the waiting period unless you refuse' : ''}: ${why}`
  for (const told of new Set([owner, ...approvers])) if (told !== requester) await notices.tell({ owner: told, kind: 'access-asked', account: accountId, text })
}

/** Who asked is told of a yes, and of a no where he knows that there is such an account; the owner, of what others decided for him. */
export async function tellDecided(
  { notices }: Telling,
  { owner, accountId, named, kind, requester, requesterName, state, by, byName, until }: AccessRequest,
): Promise<void> {
  if (owner === undefined || accountId === undefined) return
  const answer = `${byName} said ${state === 'approved' ? `yes, until ${new Date(until ?? 0).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'no'}`
  if (by !== requester && (state === 'approved' || kind !== 'leave'))
    await notices.tell({ owner: requester, kind: 'access-answered', account: accountId, text: `${named}: ${answer}` })
  if (by !== owner) await notices.tell({ owner, kind: 'grant-changed', account: accountId, text: `${requesterName} asked for ${named}: ${answer}` })
}

/** To whom it is lent is told of it; and the owner, where it was not he that did it: `by`. */
export async function tellLent(
  rooms: Telling,
  { accountId, owner, ownerName, to }: Grant,
  what: 'lends you' | 'takes back from you',
  by: 'owner' | 'who runs the relay' | 'a policy in a file of who runs the relay',
): Promise<void> {
  const { notices } = rooms
  for (const told of await peopleOf(rooms, to)) {
    if (told !== owner) await notices.tell({ owner: told, kind: 'grant-changed', account: accountId, text: `${ownerName} ${what} an account` })
  }
  if (by !== 'owner') {
    const deed = what === 'lends you' ? 'is lent to' : 'is taken back from'
    await notices.tell({ owner, kind: 'grant-changed', account: accountId, text: `it ${deed} ${to.kind} ${to.name}, by ${by}` })
  }
}

async function peopleOf({ grants, identity }: Telling, { kind, id }: Grant['to']): Promise<readonly string[]> {
  switch (kind) {
    case 'user':
      return [id]
    case 'group':
      return grants.groups.find(id)?.members ?? []
    case 'device':
      return (await identity.listDevices()).filter((device) => device.id === id).map(({ userId }) => userId)
  }
}
