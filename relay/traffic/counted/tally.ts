import type { ErrorCode } from '../../errors.ts'
import type { Route } from '../../outbound/index.ts'

/** What is counted of one request while it is under way. */
export class Tally {
  readonly begun: number = performance.now()
  /** The same by the clock of the wall, milliseconds since 1970: what is told beside other things goes by one clock. */
  readonly begunAt: number = Date.now()
  /** Of the answer; 0: none was begun. */
  status = 0
  /** Of the answer's body, or of a WebSocket or tunnel toward the client. */
  bytes = 0
  /** Of the session that it went to the site with. */
  route: Route | undefined
  /** The relay answered in the site's place. */
  error: ErrorCode | undefined

  /** The relay's own answer. */
  refused({ code, status }: { readonly code: ErrorCode; readonly status: number }): void {
    this.error = code
    this.status = status
  }
}
