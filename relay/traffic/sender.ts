import type { Account } from '../accounts/index.ts'
import type { Borrower } from '../control/index.ts'
import type { RelayError } from '../errors.ts'
import type { ForwardResponse } from '../outbound/index.ts'
import type { ResponseHead } from './answers/response-head.ts'

/** Who sends a request, and by which door it came. */
export interface Sender {
  /** What he may use is asked of him. */
  readonly principal: Borrower
  readonly userId: string
  /** Of the device, or of what stands for one: a sign-in on a site's page belongs to it. */
  readonly deviceId: string
  /** What people call the two; for the access log. */
  readonly userName?: string
  readonly deviceName?: string
  /** His browser is at the site's own origin: the site's cookies may be given to it, and he may register there. */
  readonly isAtOrigin: boolean
  /** The account that the request uses. Throws when there is none, or he may not use it. */
  chooseAccount(): Account
  /** Where a person can settle what keeps a page of his from opening: his browser is led there. Undefined, and by default: he reads of it in its place. */
  seeOther?(error: RelayError): string | undefined
  /** A Set-Cookie line for him, as it is where his browser is. Default: as it is at the site's origin. */
  clientLine?(line: string): string
  /** Makes of the site's answer the one that is passed on; its fields are `head`'s. */
  shape?(answer: ForwardResponse, head: ResponseHead): ForwardResponse
}
