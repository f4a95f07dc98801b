import type { Device, Principal } from '../identity/index.ts'

type PairedDevice = Device & Required<Pick<Device, 'paired'>>

/** Is it a terminal that a person has paired for a while, for some accounts? */
export function isPaired(principal: Principal): principal is Extract<Principal, { kind: 'device' }> & { readonly device: PairedDevice } {
  return principal.kind === 'device' && principal.device.paired !== undefined
}

/** Is this account one of those that a terminal was paired for? Who is no paired terminal is not kept from any. */
export function isWithinPairing(principal: Principal, accountId: string): boolean {
  return !isPaired(principal) || principal.device.paired.accounts.includes(accountId)
}

/** Is it a terminal that has not been given the cookies of this account by a ticket? It gets none in passing: nobody would know to end the session with the pairing. */
export function isWithoutCookies(principal: Principal, accountId: string): boolean {
  return isPaired(principal) && !principal.device.paired.handedOver.includes(accountId)
}
