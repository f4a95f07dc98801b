import type { SessionHeader } from '../../../adapters/index.ts'
import type { Part } from '../../outbound/index.ts'

/** A request as a page makes it. */
export interface PageRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** What stands after the `?`, where it may hold a secret. */
  readonly query?: readonly Part[]
  readonly contentType?: string
  readonly body?: readonly Part[]
  readonly referrer?: URL
  /** What is wanted: a page (default), an image, data for a script. */
  readonly accept?: 'page' | 'image' | 'json'
  readonly authorization?: SessionHeader['value']
}
