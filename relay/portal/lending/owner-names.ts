import type { Rooms } from '../rooms.ts'

/** The names of users by their id. */
export async function ownerNames({ identity }: Pick<Rooms, 'identity'>): Promise<(id: string) => string> {
  const names = new Map((await identity.listUsers()).map(({ id, name }) => [id, name]))
  return (id) => names.get(id) ?? id
}
