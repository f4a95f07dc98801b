import qrcode from 'qrcode'
import type { AuthenticatorOffer } from '../../identity/index.ts'
import { copyable } from './copyable.ts'
import { type Content, html } from './html.ts'
import { csrfField, type Page } from './layout.ts'

export interface AuthenticatorSetUp {
  readonly offer: AuthenticatorOffer
  readonly csrf: string
  /** Where the first code goes. */
  readonly action: string
  /** Where to without it. */
  readonly back: string
  readonly lead?: string
  readonly note?: Content
  readonly fields?: Content
}

/** The key of an app to be set up, as a QR code and as text, and a field for its first code. */
export async function authenticatorSetUp({ offer, csrf, action, back, lead, note, fields }: AuthenticatorSetUp): Promise<Page> {
  const picture = await qrcode.toString(offer.address, { type: 'svg', errorCorrectionLevel: 'M' })
  return {
    title: 'Set up an authenticator app',
    body: html`<div class="narrow"><h1>Set up an authenticator app</h1>
<p class="lead">${lead ?? 'Scan this with the app on your phone, then type the code that it shows. Until then nothing changes.'}</p>
${note}
<section class="card"><img class="qr" src="data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}" alt="QR code of the key below" width="240" height="240">
<details><summary>The app cannot scan</summary><p>Type this key into it (time-based, 6 digits):</p>${copyable('key', offer.secret.replace(/.{4}(?=.)/g, '$& '))}</details></section>
<form class="card" method="post" action="${action}">${csrfField(csrf)}${fields}
<div class="field"><label for="code">Code that the app shows</label><input class="answer" id="code" name="code" required maxlength="100" inputmode="numeric" autocomplete="one-time-code"></div>
<div class="actions"><button class="main">Confirm</button><a class="button" href="${back}">Not now</a></div></form></div>`,
  }
}

/** The codes, this once; then on to `next`. */
export function recoveryCodesPage(codes: readonly string[], next: string): Page {
  return {
    title: 'Recovery codes',
    body: html`<div class="narrow"><h1>Your recovery codes</h1>
<div class="note warn"><p><strong>Print them or write them down now.</strong> They are shown this once; the relay keeps hashes. Codes from before are worth nothing.</p></div>
<section class="card"><p>Each signs you in once, with your password, in place of a code of the app.</p>${copyable('codes', codes.join('\n'))}</section>
<p><a class="button main" href="${next}">I have them</a></p></div>`,
  }
}
