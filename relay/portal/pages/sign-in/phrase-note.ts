import type { FastifyRequest } from 'fastify'
import { readCookie } from '../../caller/portal-cookie.ts'
import type { Rooms } from '../../rooms.ts'
import { type Html, html } from '../html.ts'

/** On the sign-in page, above what is typed. */
export async function phraseNote({ phrases, secure }: Rooms, request: FastifyRequest): Promise<Html> {
  const token = readCookie(request, 'login-relay-phrase', secure)
  const phrase = token === undefined ? undefined : await phrases.shownTo(token)
  if (phrase === undefined) return html``
  return html`<div class="note good" id="phrase"><p><strong><bdi>${phrase}</bdi></strong></p><p>That is the phrase you chose. No other page can show it.</p></div>`
}
