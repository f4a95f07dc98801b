import { RelayError } from '../../errors.ts'
import type { Account, KeepAlivePolicy, Site } from '../contract.ts'

const pageForm = /^\/(?!\/)[!-"$-[\]-~]*$/

/**
 * How an account's session is held open: as its site's declaration says, within what its owner allows; where the site says nothing, as the owner
 * says. Undefined: it is not.
 */
export function keepAliveOf({ keepAlive: own }: Pick<Account, 'keepAlive'>, site: Pick<Site, 'keepAlive'> | undefined): KeepAlivePolicy | undefined {
  if (own === 'off') return undefined
  const declared = site?.keepAlive
  if (own === undefined || declared === undefined) return own ?? declared
  const page = own.page ?? declared.page
  return {
    everyMinutes: Math.max(own.everyMinutes, declared.everyMinutes),
    hours: Math.min(own.hours, declared.hours),
    ...(page === undefined ? {} : { page }),
  }
}

/** As it is kept. `bad_request`. */
export function checkKeepAlive({ everyMinutes, hours, page }: KeepAlivePolicy): KeepAlivePolicy {
  if (!Number.isInteger(everyMinutes) || everyMinutes < 1 || everyMinutes > 1440) reject('everyMinutes is 1 to 1440')
  if (!Number.isInteger(hours) || hours < 1 || hours > 720) reject('hours is 1 to 720')
  if (page !== undefined && (page.length > 1000 || !pageForm.test(page))) reject('page is a path, with a query at most')
  return { everyMinutes, hours, ...(page === undefined ? {} : { page }) }
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem: `in keepAlive, ${problem}` } })
}
