import type { Grant, Grants } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import { loadUser, type Principal } from '../../identity/index.ts'
import { isOperator } from '../access.ts'
import type { Rooms } from '../rooms.ts'
import { ownerNames } from './owner-names.ts'

type Group = ReturnType<Grants['groups']['list']>[number]

/** By id or name. `not_found`. */
export function loadGroup({ grants }: Pick<Rooms, 'grants'>, idOrName: string): Group {
  const group = grants.groups.find(idOrName)
  if (group === undefined) throw new RelayError('not_found', { params: { what: `group ${idOrName}` } })
  return group
}

/** Puts a user into a group, or takes him out of it. `not_found`. */
export async function setMember(rooms: Rooms, id: string, user: string, isIn: boolean): Promise<Group> {
  const found = await loadUser(rooms.identity, user)
  return rooms.grants.groups.setMember(loadGroup(rooms, id).id, found.id, isIn)
}

/** A group as it is told to a principal: its members, by name, to who runs the relay and to who is in it. */
export async function groupViewer(rooms: Rooms, principal: Principal) {
  const names = await ownerNames(rooms)
  return ({ id, name, members }: Group) => {
    const isIn = principal.kind !== 'local' && members.includes(principal.user.id)
    return { id, name, isIn, members: isIn || isOperator(principal) ? members.map(names) : [] }
  }
}

/** What somebody lends to a group now. What others lend to it is not his business, be it that he runs the relay. */
export function lentByHim({ grants, now }: Pick<Rooms, 'grants' | 'now'>, owner: string, groupId: string): readonly Grant[] {
  return grants
    .list({ owner })
    .filter(({ to, revokedAt, until = Number.POSITIVE_INFINITY }) => to.kind === 'group' && to.id === groupId && revokedAt === undefined && now() < until)
}
