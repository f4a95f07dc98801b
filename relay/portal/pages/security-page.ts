import type { FastifyInstance } from 'fastify'
import qrcode from 'qrcode'
import { z } from 'zod'
import { asRelayError } from '../../errors.ts'
import type { AuthenticatorOffer, SecondFactor } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'
import { offerAuthenticator } from '../second-factor-offer.ts'
import { action } from './account-actions.ts'
import { copyable } from './device-lines.ts'
import { type Content, type Html, html } from './html.ts'
import { csrfField, type Page } from './layout.ts'
import { moment } from './moment.ts'
import { doneNote, errorNote } from './notes.ts'
import { showPage, takeForm } from './page-route.ts'
import { passkeysCard } from './passkeys-page.ts'

/** How one signs in to the relay oneself: the second factor. */
export function securityPage(app: FastifyInstance, rooms: Rooms): void {
  const { secondFactors } = rooms

  showPage(app, rooms, '/security', async ({ principal, csrf, query, request }) => {
    const factor = await secondFactors.of(principal.user.id)
    return {
      title: 'Security',
      passkeys: true,
      body: html`<h1>Security</h1><p class="lead">How you sign in to this relay.</p>${doneNote(query)}
${await passkeysCard(rooms, principal, csrf, request.headers.host)}
<section class="card"><h2>Authenticator app</h2>${authenticatorPart(factor, csrf)}</section>
${factor !== undefined && html`<section class="card"><h2>Recovery codes</h2>${recoveryPart(factor, csrf)}</section>`}
<p><a href="/sessions">Where you are signed in</a></p>`,
    }
  })

  takeForm(app, rooms, { path: '/security/authenticator', freshFrom: '/security' }, {}, ({ principal }) => {
    offerAuthenticator(rooms, principal.user)
    return { goTo: '/security/authenticator' }
  })

  showPage(app, rooms, { path: '/security/authenticator', fresh: true }, async ({ principal, csrf }) => {
    const offer = secondFactors.offered(principal.user.id)
    return offer === undefined ? { title: 'Security', body: offerOver } : setUpAuthenticator(offer, csrf)
  })

  takeForm(
    app,
    rooms,
    { path: '/security/authenticator/confirm', freshFrom: '/security/authenticator' },
    { code: z.string().max(100) },
    async ({ principal, csrf, form }) => {
      try {
        return recoveryCodesPage(await secondFactors.confirm(principal.user.id, form.code))
      } catch (thrown) {
        const error = asRelayError(thrown)
        const offer = secondFactors.offered(principal.user.id)
        if (error.code !== 'second_factor_code_wrong' || offer === undefined) throw error
        return { ...(await setUpAuthenticator(offer, csrf, errorNote(error))), status: error.status }
      }
    },
  )

  takeForm(app, rooms, { path: '/security/recovery-codes', freshFrom: '/security' }, {}, async ({ principal }) =>
    recoveryCodesPage(await secondFactors.renewRecoveryCodes(principal.user.id)),
  )

  takeForm(app, rooms, { path: '/security/authenticator/remove', freshFrom: '/security' }, {}, async ({ principal }) => {
    await secondFactors.remove(principal.user.id)
    return { goTo: '/security?done=second-factor-removed' }
  })
}

const offerOver = html`<h1>Security</h1><div class="note warn"><p>No authenticator app is being set up here any more.</p></div><p><a class="button" href="/security">Back</a></p>`

function authenticatorPart(factor: SecondFactor | undefined, csrf: string): Html {
  if (factor === undefined)
    return html`<p>Your password is all it takes to sign in as you. With an authenticator app on your phone, the relay asks for a code of it besides, and a password that somebody has seen is not enough.</p>
<div class="actions">${action('/security/authenticator', 'Set up an authenticator app', csrf, 'main')}</div>`
  return html`<p>Set up ${moment(factor.since)}. After your password the relay asks for a code of it.</p>
<div class="actions">${action('/security/authenticator', 'Set up another phone', csrf)}${action('/security/authenticator/remove', 'Remove', csrf, 'danger')}</div>`
}

function recoveryPart({ recoveryCodesLeft, recoveryCodesMadeAt }: SecondFactor, csrf: string): Html {
  const few = recoveryCodesLeft < 3 && html`<p><strong>Make new ones before you run out.</strong></p>`
  return html`<p>For when you do not have your phone. ${recoveryCodesLeft} of 10 left, made ${moment(recoveryCodesMadeAt)}.</p>${few}
<div class="actions">${action('/security/recovery-codes', 'Make new codes', csrf)}</div>`
}

async function setUpAuthenticator({ secret, address }: AuthenticatorOffer, csrf: string, note?: Content): Promise<Page> {
  const picture = await qrcode.toString(address, { type: 'svg', errorCorrectionLevel: 'M' })
  return {
    title: 'Set up an authenticator app',
    body: html`<div class="narrow"><h1>Set up an authenticator app</h1>
<p class="lead">Scan this with the app on your phone, then type the code that it shows. Until then nothing changes.</p>
${note}
<section class="card"><img class="qr" src="data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}" alt="QR code of the key below" width="240" height="240">
<details><summary>The app cannot scan</summary><p>Type this key into it (time-based, 6 digits):</p>${copyable('key', secret.replace(/.{4}(?=.)/g, '$& '))}</details></section>
<form class="card" method="post" action="/security/authenticator/confirm">${csrfField(csrf)}
<div class="field"><label for="code">Code that the app shows</label><input class="answer" id="code" name="code" required maxlength="100" inputmode="numeric" autocomplete="one-time-code"></div>
<div class="actions"><button class="main">Confirm</button><a class="button" href="/security">Not now</a></div></form></div>`,
  }
}

function recoveryCodesPage(codes: readonly string[]): Page {
  return {
    title: 'Recovery codes',
    body: html`<div class="narrow"><h1>Your recovery codes</h1>
<div class="note warn"><p><strong>Print them or write them down now.</strong> They are shown this once; the relay keeps hashes. Codes from before are worth nothing.</p></div>
<section class="card"><p>Each signs you in once, with your password, in place of a code of the app.</p>${copyable('codes', codes.join('\n'))}</section>
<p><a class="button main" href="/security">I have them</a></p></div>`,
  }
}
