import type { Account } from '../../accounts/index.ts'
import type { Rooms } from '../rooms.ts'

/** Where an account is, as a person knows it: the first origin of its site; the site's id where that is not enrolled any more. */
export function siteOrigin({ accounts }: Pick<Rooms, 'accounts'>, { siteId }: Pick<Account, 'siteId'>): string {
  return accounts.site(siteId)?.origins[0] ?? siteId
}
