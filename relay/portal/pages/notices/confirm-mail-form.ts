import type { DeliveryChoice } from '../../../control/notices/index.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'

/** An address is nobody's until a code that was sent there came back: a stranger's mailbox gets no notices, nor does a mistyped one. */
export function confirmMailForm({ address, groups }: NonNullable<DeliveryChoice['asked']>, before: string | undefined, csrf: string): Html {
  return html`<div class="note warn"><p><strong>No notice goes to <bdi>${address}</bdi> yet.</strong></p><p>Type the code that was sent there: it is good for an hour.${
    before !== undefined && html` Until then your notices go to <bdi>${before}</bdi>.`
  }</p></div>
<form method="post" action="/notices/mail/confirm">${csrfField(csrf)}
<div class="field"><label for="code">Code in the mail</label><input class="answer" id="code" name="code" required maxlength="100" inputmode="numeric" autocomplete="one-time-code"></div>
<button class="main">Confirm</button></form>
<form method="post" action="/notices/mail">${csrfField(csrf)}<input type="hidden" name="address" value="${address}">${groups.map((group) => html`<input type="hidden" name="${group}" value="on">`)}<button>Send another code</button></form>`
}
