import type { ForwardResponse } from '../../outbound/index.ts'
import type { PageSignIn } from '../../sessions/index.ts'
import { actorOf } from '../requests/actor-of.ts'
import type { RequestBody } from '../requests/request-body.ts'
import type { Rooms } from '../rooms.ts'
import type { SiteRequest } from '../site-request.ts'
import { isPageForm, sendPageForm } from './page-sign-in.ts'

/** Part of a sign-in that a person does on the site's page. */
export interface PageRequest {
  readonly request: SiteRequest
  readonly url: Readonly<URL>
  readonly body: RequestBody
  readonly signIn: PageSignIn
  /** Aborts once nobody waits for the answer any more. */
  readonly ending: { readonly aborted: boolean; readonly signal: AbortSignal }
}

/** Is it to be read before it is sent, as it may hold the placeholder? */
export function isReadFirst({ request, url, body, signIn }: PageRequest): boolean {
  return body.isSmall && isPageForm(signIn, request.req.method as string, url)
}

/** Sends the form that was read, with the password where the placeholder stands. Undefined: it goes as it came, or nobody waits any more. */
export async function sendByPage(rooms: Rooms, { request, url, body, signIn, ending }: PageRequest): Promise<ForwardResponse | undefined> {
  const { req, head } = request
  const whole = await body.stream().arrived()
  if (ending.aborted || whole === undefined) return undefined
  const { fields, cookie } = head
  return sendPageForm(rooms, signIn, { method: req.method as string, url, fields, cookie, body: whole, signal: ending.signal, actor: actorOf(request) })
}
