import { asRelayError, RelayError } from '../../errors.ts'
import { type Content, type Html, html } from './html.ts'
import { csrfField } from './layout.ts'

export interface PasskeyForm {
  readonly kind: 'create' | 'get'
  readonly action: string
  /** Where the script fetches what the browser is to be asked. */
  readonly options: string
  readonly csrf: string
  readonly button: string
  readonly look?: string
  /** It stands alone, not in a card. */
  readonly card?: true
  readonly fields?: Content
}

/** A form that a passkey fills in; hidden until the script (assets/passkey.js) knows that it can. */
export function passkeyForm({ kind, action, options, csrf, button, look = '', card, fields }: PasskeyForm): Html {
  return html`<form class="${card === true && 'card'}" method="post" action="${action}" data-passkey="${kind}" data-options="${options}" hidden>${csrfField(csrf)}${fields}
<input type="hidden" name="response"><button class="${look}">${button}</button><p class="quiet" role="status"></p></form>`
}

/** What the script sends; what is wrong with it is found when it is verified. */
export function readResponse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RelayError('passkey_refused', { cause: asRelayError(cause) })
  }
}
