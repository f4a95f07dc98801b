import type { SessionHeader } from '../../../../adapters/index.ts'
import type { Part } from '../../../outbound/index.ts'

/** A request as a page makes it. */
export interface PageRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** What stands after the `?`, where it may hold a secret. */
  readonly query?: readonly Part[]
  readonly contentType?: string
  readonly body?: readonly Part[]
  /** The page it was made from; undefined: an address that was typed in. */
  readonly referrer?: URL
  /** Redirects led it from another origin to a third: whose it is, is not told (Fetch standard, "redirect-taint"). */
  readonly isOriginHidden?: true
  /** What is wanted: a page (default), an image, data for a script. */
  readonly accept?: 'page' | 'image' | 'json'
  readonly authorization?: SessionHeader['value']
  /** Fields beside those a browser sends; they take the place of its own of the same names. */
  readonly fields?: readonly (readonly [name: string, value: string])[]
}
