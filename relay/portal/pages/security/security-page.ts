import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { asRelayError } from '../../../errors.ts'
import type { SecondFactor } from '../../../identity/index.ts'
import type { Rooms } from '../../rooms.ts'
import { offerAuthenticator } from '../../security/second-factor-offer.ts'
import { action } from '../account-actions.ts'
import { authenticatorSetUp, recoveryCodesPage } from '../authenticator-set-up.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../moment.ts'
import { doneNote, errorNote } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'
import { passkeysCard } from './passkeys-page.ts'
import { phraseCard, phraseForms } from './phrase-card.ts'

/** How one signs in to the relay oneself. */
export function securityPage(app: FastifyInstance, rooms: Rooms): void {
  const { secondFactors } = rooms

  showPage(app, rooms, '/security', async ({ principal, csrf, query, request }) => {
    const factor = await secondFactors.of(principal.user.id)
    return {
      title: 'Security',
      passkeys: true,
      body: html`<h1>Security</h1><p class="lead">How you sign in to this relay.</p>${doneNote(query)}
${await passkeysCard(rooms, principal, csrf, request.headers.host)}
<section class="card"><h2>Password</h2>${passwordPart(rooms.identity.hasPassword(principal.user.id))}</section>
${phraseCard(rooms, principal.user.id, csrf)}
<section class="card"><h2>Authenticator app</h2>${authenticatorPart(factor, rooms.identity.hasPassword(principal.user.id), csrf)}</section>
${factor !== undefined && html`<section class="card"><h2>Recovery codes</h2>${recoveryPart(factor, csrf)}</section>`}
<p><a href="/sessions">Where you are signed in</a></p>`,
    }
  })

  phraseForms(app, rooms)

  takeForm(app, rooms, { path: '/security/authenticator', freshFrom: '/security' }, {}, ({ principal }) => {
    offerAuthenticator(rooms, principal.user, principal.session.id)
    return { goTo: '/security/authenticator' }
  })

  showPage(app, rooms, { path: '/security/authenticator', fresh: true }, async ({ principal, csrf }) => {
    const offer = secondFactors.offered(principal.session.id)
    return offer === undefined ? { title: 'Security', body: offerOver } : authenticatorSetUp({ offer, csrf, ...here })
  })

  takeForm(
    app,
    rooms,
    { path: '/security/authenticator/confirm', freshFrom: '/security/authenticator' },
    { code: z.string().max(100) },
    async ({ principal, csrf, form }) => {
      try {
        return recoveryCodesPage(await secondFactors.confirm(principal.user.id, principal.session.id, form.code), '/security')
      } catch (thrown) {
        const error = asRelayError(thrown)
        const offer = secondFactors.offered(principal.session.id)
        if (error.code !== 'second_factor_code_wrong' || offer === undefined) throw error
        return { ...(await authenticatorSetUp({ offer, csrf, ...here, note: errorNote(error) })), status: error.status }
      }
    },
  )

  takeForm(app, rooms, { path: '/security/recovery-codes', freshFrom: '/security' }, {}, async ({ principal }) =>
    recoveryCodesPage(await secondFactors.renewRecoveryCodes(principal.user.id), '/security'),
  )

  takeForm(app, rooms, { path: '/security/authenticator/remove', freshFrom: '/security' }, {}, async ({ principal }) => {
    await secondFactors.remove(principal.user.id)
    return { goTo: '/security?done=second-factor-removed' }
  })
}

const here = { action: '/security/authenticator/confirm', back: '/security' }

const offerOver = html`<h1>Security</h1><div class="note warn"><p>No authenticator app is being set up here any more.</p></div><p><a class="button" href="/security">Back</a></p>`

function passwordPart(hasPassword: boolean): Html {
  return hasPassword
    ? html`<p>The one you sign in to this relay with. The sites never see it.</p><div class="actions"><a class="button" href="/security/password">Change password</a></div>`
    : html`<p>You have none: you sign in by passkey alone, and no password fits. Add one if you want another way in, for a browser without your passkey.</p><div class="actions"><a class="button" href="/security/password">Add a password</a></div>`
}

function authenticatorPart(factor: SecondFactor | undefined, hasPassword: boolean, csrf: string): Html {
  if (factor === undefined && !hasPassword) return html`<p>It stands beside a password, and you have none. A passkey is both in itself.</p>`
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
