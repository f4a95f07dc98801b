import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import qrcode from 'qrcode'
import type { AskingTerminal } from '../../../identity/index.ts'
import { cameFrom } from '../../caller/came-from.ts'
import { loadPortalPrincipal } from '../../caller/identify.ts'
import { clearCookie, readCookie, setCookie } from '../../caller/portal-cookie.ts'
import { assignFormCookie, checkSignInForm } from '../../caller/sign-in-form.ts'
import { loadTerminal } from '../../caller/terminal.ts'
import type { Rooms } from '../../rooms.ts'
import { addressHere } from '../../web/address-here.ts'
import { type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { doneNote } from '../notes.ts'
import { respondGoTo, respondPage } from '../page-route.ts'

const secondsBetweenLooks = 3

/**
 * What a terminal nobody trusts shows: a code for a phone that is signed in. Its own secret is in a cookie and nowhere else, so the code is
 * worth something in the browser that shows it alone. It looks by itself whether somebody has confirmed.
 */
export function pairPage(app: FastifyInstance, rooms: Rooms): void {
  app.get<{ Querystring: Record<string, string> }>('/pair', async (request, reply) => {
    if ((await loadPortalPrincipal(rooms, request)) !== undefined) return respondGoTo(reply, '/pair/confirm')
    if (loadTerminal(rooms, request) !== undefined) return respondGoTo(reply, '/terminal')
    const deviceCode = readCookie(request, 'login-relay-pairing', rooms.secure)
    if (deviceCode === undefined) return respondPage(reply, startPage(assignFormCookie(rooms, request, reply), doneNote(request.query)), undefined)
    const state = rooms.pairings.collect(deviceCode)
    if (state.state === 'waiting') return respondPage(reply, await codePage(rooms, request, reply, state.asked), undefined)
    clearCookie(reply, 'login-relay-pairing', rooms.secure)
    if (state.state !== 'approved') return respondGoTo(reply, `/pair?done=${state.state === 'refused' ? 'pairing-refused' : 'pairing-over'}`)
    setCookie(reply, 'login-relay-terminal', state.token, rooms.secure)
    return respondGoTo(reply, '/terminal')
  })

  app.post('/pair', async (request, reply) => {
    checkSignInForm(rooms, request)
    withdraw(request)
    const { deviceCode } = rooms.pairings.begin(cameFrom(request))
    setCookie(reply, 'login-relay-pairing', deviceCode, rooms.secure)
    return respondGoTo(reply, '/pair')
  })

  app.post('/pair/stop', async (request, reply) => {
    checkSignInForm(rooms, request)
    withdraw(request)
    clearCookie(reply, 'login-relay-pairing', rooms.secure)
    return respondGoTo(reply, '/sign-in')
  })

  function withdraw(request: FastifyRequest): void {
    const deviceCode = readCookie(request, 'login-relay-pairing', rooms.secure)
    if (deviceCode !== undefined) rooms.pairings.withdraw(deviceCode)
  }
}

/** A button that has this browser show a code. */
export function pairForm(csrf: string, text: string, look = ''): Html {
  return html`<form method="post" action="/pair">${csrfField(csrf)}<button class="${look}">${text}</button></form>`
}

function startPage(csrf: string, note: Html | undefined): Page {
  return {
    title: 'Use your phone instead',
    body: html`<div class="narrow"><h1>Use your phone instead</h1>
<p class="lead">On a computer that is not yours, type nothing. It shows a code; you confirm it on your phone, say which accounts, and for how long.</p>
${note}
<section class="card"><h2>This is the computer</h2><p>It shows a code that your phone can scan.</p><div class="actions">${pairForm(csrf, 'Show a code', 'main')}</div></section>
<section class="card"><h2>This is the phone</h2><p>You have read a code on another screen.</p><div class="actions"><a class="button" href="/pair/confirm">Type the code</a></div></section>
<p><a href="/sign-in">Sign in here after all</a></p></div>`,
  }
}

async function codePage(rooms: Rooms, request: FastifyRequest, reply: FastifyReply, { userCode, expiresAt }: AskingTerminal): Promise<Page> {
  const here = addressHere(rooms, request)
  const csrf = assignFormCookie(rooms, request, reply)
  const picture = await qrcode.toString(`${here}/pair/confirm?code=${userCode}`, { type: 'svg', errorCorrectionLevel: 'M' })
  const minutes = Math.max(1, Math.ceil((expiresAt - rooms.now()) / 60_000))
  return {
    title: userCode,
    refresh: { seconds: secondsBetweenLooks, url: '/pair' },
    body: html`<div class="narrow"><h1>Scan this with your phone</h1>
<p class="lead">Or open <code>${here}/pair</code> there and type the code.</p>
<section class="card"><img class="qr" src="data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}" alt="QR code of the address above, with the code" width="240" height="240">
<p class="user-code">${userCode}</p><p class="quiet">Good for ${minutes === 1 ? 'one more minute' : `${minutes} more minutes`}, and once. This page goes on by itself when you have confirmed.</p></section>
<form method="post" action="/pair/stop">${csrfField(csrf)}<button>Not now</button></form></div>`,
  }
}
