import type { Device, Principal } from '../identity/index.ts'

type PairedDevice = Device & Required<Pick<Device, 'paired'>>

/** Is it a terminal that a person has paired for a while, for some of his accounts? */
export function isPaired(principal: Principal): principal is Extract<Principal, { kind: 'device' }> & { readonly device: PairedDevice } {
  return principal.kind === 'device' && principal.device.paired !== undefined
}
