import type { Account } from '../../accounts/index.ts'
import { asRelayError } from '../../errors.ts'
import type { Rooms } from '../rooms.ts'
import { learnFrom } from './learn-signs.ts'

/**
 * Signs a new account in and, when that works, learns by what its site tells so; goes on by itself, for a page that shows its steps. How the
 * sign-in ended is told there.
 */
export function signInAndLearn(rooms: Rooms, account: Account, options: { readonly tryWrong: boolean }): void {
  void rooms.sessions
    .ensure(account.id, { fresh: true })
    .then(() => learnFrom(rooms, account, options))
    .catch((thrown: unknown) => {
      const { code, message } = asRelayError(thrown)
      rooms.log.info({ account: account.id, site: account.siteId, code }, `nothing was learned of the site: ${message}`)
    })
}
