import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RelayError } from '../../../errors.ts'
import { cameFrom } from '../../caller/came-from.ts'
import { readCookie } from '../../caller/portal-cookie.ts'
import { assignFormCookie, checkSignInForm, sentTwiceBy, welcome } from '../../caller/sign-in-form.ts'
import type { Rooms } from '../../rooms.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import { returnAddress } from '../../web/return-address.ts'
import { type Content, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { errorNote, mendable } from '../notes.ts'
import { readForm, respondGoTo, respondPage } from '../page-route.ts'

const codeForm = z.strictObject({ csrf: z.string(), next: z.string().max(2000), code: z.string().max(200) })
const tooLate = '/sign-in?done=half-over'

/** The second half of signing in, for who has given the right password in this browser within the last minutes. */
export function signInCodePage(app: FastifyInstance, rooms: Rooms): void {
  const halfOf = (request: FastifyRequest): string | undefined => {
    const half = readCookie(request, 'login-relay-half', rooms.secure)
    return half !== undefined && rooms.identity.halfSignIn(half)?.owes === 'code' ? half : undefined
  }

  app.get<{ Querystring: Record<string, string> }>('/sign-in/code', async (request, reply) => {
    if (halfOf(request) === undefined) return respondGoTo(reply, tooLate)
    return showCodeForm(rooms, request, reply, { next: returnAddress(request.query.next) })
  })

  app.post('/sign-in/code', async (request, reply) => {
    const twice = codeForm.safeParse(request.body)
    if (twice.success && (await sentTwiceBy(rooms, request)) !== undefined) return respondGoTo(reply, returnAddress(twice.data.next))
    checkSignInForm(rooms, request)
    const form = readForm(codeForm, request.body)
    const next = returnAddress(form.next)
    const half = halfOf(request)
    if (half === undefined) return respondGoTo(reply, tooLate)
    try {
      const signedIn = await rooms.identity.finishSignIn({ half, code: form.code, ...cameFrom(request) })
      await welcome(rooms, request, reply, signedIn)
      return respondGoTo(reply, signedIn.by === 'recovery' && next === '/' ? '/security?done=recovery-code-used' : next)
    } catch (thrown) {
      const error = mendable(thrown)
      assignErrorHeaders(reply, error)
      return showCodeForm(rooms, request, reply, { next, note: failureNote(error), status: error.status })
    }
  })
}

interface CodeView {
  readonly next: string
  readonly note?: Content
  readonly status?: number
}

function showCodeForm(rooms: Rooms, request: FastifyRequest, reply: FastifyReply, { next, note, status = 200 }: CodeView): FastifyReply {
  const body = html`<div class="narrow"><h1>The code, please</h1><p class="lead">Your authenticator app shows six digits for this relay. They change every half minute.</p>
${note}
<form class="card" method="post" action="/sign-in/code">${csrfField(assignFormCookie(rooms, request, reply))}<input type="hidden" name="next" value="${next}">
<div class="field"><label for="code">Code from the app</label><input class="answer" id="code" name="code" required maxlength="200" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" autofocus><small>Without your phone, type one of your recovery codes here instead.</small></div>
<button class="main">Sign in</button></form>
<p><a href="/sign-in">Begin again</a></p></div>`
  return respondPage(reply, { title: 'The code, please', body, status }, undefined)
}

function failureNote(error: RelayError): Content {
  if (error.code !== 'unauthenticated') return errorNote(error)
  return html`<div class="note bad" role="alert"><p><strong>That code does not fit, or it has been used.</strong></p><p>Type the code that the app shows now; the relay waits longer after each wrong try.</p></div>`
}
