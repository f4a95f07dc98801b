import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import type { Passkey, PasskeyUse } from '../../../identity/index.ts'
import { isFresh } from '../../access.ts'
import { loadPortalPrincipal, type PortalPrincipal } from '../../caller/identify.ts'
import { setCookie } from '../../caller/portal-cookie.ts'
import type { Rooms } from '../../rooms.ts'
import { passkeyAdvice, passkeyPlace } from '../../security/passkey-place.ts'
import { returnAddress } from '../../web/return-address.ts'
import { action } from '../account-actions.ts'
import { type Content, type Html, html } from '../html.ts'
import { moment } from '../moment.ts'
import { prose } from '../notes.ts'
import { takeForm } from '../page-route.ts'
import { passkeyForm, readResponse } from '../passkey-form.ts'

const freshFrom = '/security'

/** One's own passkeys: add, remove, and prove again with one who it is. */
export function passkeysPage(app: FastifyInstance, rooms: Rooms): void {
  const { passkeys, identity } = rooms

  const loadUse = (principal: PortalPrincipal, host: string | undefined, deed: 'add' | 'verify'): PasskeyUse => {
    const place = passkeyPlace(rooms, host)
    if (place === undefined) throw new RelayError('passkey_refused')
    return { place, purpose: `${deed} ${principal.session.id}` }
  }

  app.get('/security/passkeys/options', async (request) => {
    const principal = await loadPortalPrincipal(rooms, request)
    if (principal === undefined) throw new RelayError('unauthenticated')
    if (!isFresh(rooms, principal)) throw new RelayError('step_up_required')
    return passkeys.creationOptions(principal.user, loadUse(principal, request.headers.host, 'add'))
  })

  takeForm(
    app,
    rooms,
    { path: '/security/passkeys', freshFrom },
    { name: z.string().max(200), response: z.string().max(20_000) },
    async ({ principal, form, request }) => {
      await passkeys.add(principal.user, { ...loadUse(principal, request.headers.host, 'add'), name: form.name, response: readResponse(form.response) })
      return { goTo: '/security?done=passkey-added' }
    },
  )

  takeForm(app, rooms, { path: '/security/passkeys/:id/remove', freshFrom }, {}, async ({ principal, params, request }) => {
    const host = passkeyPlace(rooms, request.headers.host)?.host
    if (!(await identity.removePasskey(principal.user.id, params.id ?? '', host))) throw new RelayError('not_found', { params: { what: 'passkey of yours' } })
    return { goTo: '/security?done=passkey-removed' }
  })

  app.get('/verify/passkey', async (request) => {
    const principal = await loadPortalPrincipal(rooms, request)
    if (principal === undefined) throw new RelayError('unauthenticated')
    return passkeys.requestOptions(loadUse(principal, request.headers.host, 'verify'), principal.user.id)
  })

  takeForm(app, rooms, '/verify/passkey', { next: z.string().max(2000), response: z.string().max(20_000) }, async ({ principal, form, request, reply }) => {
    const token = await identity.verifyByPasskey({
      principal,
      address: request.address,
      ...loadUse(principal, request.headers.host, 'verify'),
      response: readResponse(form.response),
    })
    setCookie(reply, 'login-relay', token, rooms.secure)
    return { goTo: returnAddress(form.next) }
  })
}

/** The card on the page Security. */
export async function passkeysCard(rooms: Rooms, { user }: PortalPrincipal, csrf: string, host: string | undefined): Promise<Html> {
  const own = await rooms.passkeys.list(user.id)
  const here = passkeyPlace(rooms, host)?.host
  const isNeeded = ({ id }: Passkey) =>
    !rooms.identity.hasPassword(user.id) && own.every((other) => other.id === id || (here !== undefined && other.host !== here))
  return html`<section class="card"><h2>Passkeys</h2><p>Sign in with your fingerprint, your face or the PIN of your device instead of a password. A passkey works at the relay's own address alone, so a page that looks like the relay gets nothing.</p>
${own.length > 0 && table(own, isNeeded, csrf)}${addForm(rooms, csrf, host)}</section>`
}

function addForm(rooms: Rooms, csrf: string, host: string | undefined): Content {
  if (passkeyPlace(rooms, host) === undefined)
    return html`<div class="note warn"><p><strong>Passkeys do not work at this address.</strong> Browsers want a name and HTTPS, not an IP address. ${prose(passkeyAdvice(rooms))}</p></div>`
  const fields = html`<div class="field"><label for="passkey-name">Name of a new one</label><input id="passkey-name" name="name" required maxlength="60" autocomplete="off" placeholder="Phone"></div>`
  const form = passkeyForm({ kind: 'create', action: '/security/passkeys', options: '/security/passkeys/options', csrf, button: 'Add a passkey', fields })
  return html`${form}<noscript><p>Adding one takes JavaScript.</p></noscript>`
}

function table(passkeys: readonly Passkey[], isNeeded: (passkey: Passkey) => boolean, csrf: string): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Added</th><th scope="col">Last used</th><th scope="col"><span class="visually-hidden">Remove</span></th></tr></thead><tbody>
${passkeys.map((passkey) => {
  const { id, name, createdAt, lastUsedAt, host } = passkey
  return html`<tr><td><strong><bdi>${name}</bdi></strong> <small>at ${host}</small></td><td data-label="Added">${moment(createdAt)}</td>
<td data-label="Last used">${lastUsedAt === undefined ? 'never' : moment(lastUsedAt)}</td><td class="end">${isNeeded(passkey) ? html`<small>your only way to sign in</small>` : action(`/security/passkeys/${id}/remove`, 'Remove', csrf, 'danger')}</td></tr>`
})}</tbody></table>`
}
