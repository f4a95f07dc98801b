import { RelayError } from '../../errors.ts'
import type { Identity, User } from '../contract.ts'

/** The user of this id or name, let in or not. `not_found`. */
export async function loadUser({ findUser }: Pick<Identity, 'findUser'>, idOrName: string): Promise<User> {
  const user = await findUser(idOrName)
  if (user === undefined) throw new RelayError('not_found', { params: { what: `user ${idOrName}` } })
  return user
}
