import { Readable } from 'node:stream'
import { meaningOf } from '../../../adapters/index.ts'
import type { Actor } from '../../audit/index.ts'
import { RelayError } from '../../errors.ts'
import type { ForwardResponse, HttpAgent, Part } from '../../outbound/index.ts'
import type { PageSignIn } from '../../sessions/index.ts'
import { attachSession, wholeSession } from '../attach-session.ts'
import { withoutPhantoms } from '../cookies/phantoms.ts'
import { fieldOf } from '../requests/field-of.ts'
import type { Rooms } from '../rooms.ts'
import { swapPlaceholder } from './swap-placeholder.ts'
import { textBetweenTags } from './text-between-tags.ts'

/** A form of a page, read whole. */
export interface PageFormRequest {
  readonly method: string
  readonly url: Readonly<URL>
  /** The client's end-to-end fields, flat. */
  readonly fields: readonly string[]
  readonly cookie: string
  readonly body: Buffer
  readonly signal: AbortSignal
  /** Whose it is. */
  readonly actor: Actor
}

/** The largest answer to such a form. */
const mostAnswer = 5_242_880
/** Written by the agent. */
const notSent = new Set(['content-length', 'accept-encoding', 'transfer-encoding'])
/** Of the answer as it came; it is another one now. */
const notPassed = new Set(['content-length', 'content-encoding', 'transfer-encoding', 'etag', 'content-md5', 'digest', 'content-digest', 'repr-digest'])

/** May this request hold the placeholder? By method, origin and path alone: of any other the body is not looked at. */
export function isPageForm({ form }: PageSignIn, method: string, url: URL): boolean {
  return method === 'POST' && url.origin === form.action.origin && url.pathname === form.action.pathname
}

/**
 * Sends the enrolled form with the password in the placeholder's place, and gives the answer without it. The agent holds the password
 * to its origins (law 2) and knows what to take out of the answer (law 1). Undefined: this form does not hold the placeholder, or it is spent.
 */
export async function sendPageForm(
  { outbound, sessions, audit, log }: Rooms,
  signIn: PageSignIn,
  request: PageFormRequest,
): Promise<ForwardResponse | undefined> {
  const { form, placeholder, password: secret } = signIn
  const contentType = fieldOf(request.fields, 'content-type')
  const body = swapPlaceholder(request.body, { contentType, field: form.field, charset: form.charset, placeholder, secret })
  if (body === undefined || !sessions.pageSignIns.take(signIn)) return undefined
  const agent = outbound.agent(signIn.site, { route: signIn.session.route })
  const flat = attachSession(request.fields, withoutPhantoms(request.cookie), wholeSession(signIn.session, request.url))
  const headers: (readonly [string, string | readonly Part[]])[] = []
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] as string
    if (!notSent.has(name.toLowerCase())) headers.push([name, flat[index + 1] as string | readonly Part[]])
  }
  const { id: account, owner, siteId: site } = signIn.account
  const answer = await audit.act(
    { act: 'placeholder.use', who: request.actor.who, ...(request.actor.from === undefined ? {} : { from: request.actor.from }), account, owner, site },
    () => agent.send({ method: 'POST', url: request.url, headers, body, signal: request.signal }),
    ({ status }) => ({ details: { status } }),
  )
  const bytes = await readAll(answer.body, signIn.site.id)
  const cookies = answer.headers.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value)
  signIn.session.absorb(request.url, cookies)
  const said = textBetweenTags(bytes.toString())
  const clean = scrubbed(agent, bytes, signIn.site.id)
  const refusal = refusalIn(agent.scrub(said))
  const cookiesTell = cookies.some((line) => agent.scrub(line) !== line)
  const told = { cookiesTell, ...(refusal === undefined ? {} : { refusal }) }
  sessions.pageSignIns
    .answered(signIn, told)
    .catch((error: unknown) => log.warn({ account: signIn.account.id, err: error }, 'a sign-in on a page could not be looked at'))
  return {
    status: answer.status,
    statusText: '',
    headers: [...answer.headers.flatMap(([name, value]) => cleanField(agent, name, value)), 'Content-Length', String(clean.length)],
    body: Readable.from([clean], { objectMode: false }),
    trailers: () => [],
  }
}

/** A cookie that tells the password stays in the relay; any other field goes without it. */
function cleanField(agent: HttpAgent, name: string, value: string): string[] {
  const lower = name.toLowerCase()
  if (notPassed.has(lower)) return []
  const clean = agent.scrub(value)
  return lower === 'set-cookie' && clean !== value ? [] : [name, clean]
}

/** Byte for byte as latin1: the agent's patterns know a value's bytes in the form's encoding, and nothing else of the page changes. */
function scrubbed(agent: HttpAgent, bytes: Buffer, site: string): Buffer {
  // In UTF-16 every other byte is NUL: nothing would be found.
  if (bytes.includes(0)) throw new RelayError('site_down', { params: { site, reason: 'its answer to the form cannot be searched for the password' } })
  return Buffer.from(agent.scrub(bytes.toString('latin1')), 'latin1')
}

/** What the site says, where that is plainly about a wrong password. */
function refusalIn(text: string): string | undefined {
  const lines = text.split('\n', 5000).map((line) => line.trim())
  return lines.find((line) => line.length > 0 && line.length <= 300 && ['password-wrong', 'either-wrong'].includes(meaningOf(line) ?? ''))
}

async function readAll(body: Readable, site: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += (chunk as Buffer).length
    if (size > mostAnswer)
      throw new RelayError('site_down', { params: { site, reason: 'its answer to the form is too large to be searched for the password' } })
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}
