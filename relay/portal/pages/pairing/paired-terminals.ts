import type { Device } from '../../../identity/index.ts'
import { browserName } from '../../caller/browser-name.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../moment.ts'

/** The terminals that a person has paired, each with its End. */
export function pairedTerminalsCard({ accounts }: Rooms, devices: readonly Device[], csrf: string): Html {
  const rows = devices.flatMap(({ id, paired, unwritten }) => {
    if (paired === undefined) return []
    const names = paired.accounts.map((account) => accounts.account(account)?.name ?? 'one that is gone')
    return html`<tr><td><strong>Paired terminal</strong>, <bdi>${paired.address}</bdi>, <bdi>${browserName(paired.agent)}</bdi>${unwritten && html`<br>Ended, but that could not be written down: end it once more.`}</td><td data-label="Opens"><bdi>${names.join(', ')}</bdi></td>
<td data-label="Until">${moment(paired.expiresAt)}</td><td class="end">${action(`/devices/${id}/revoke`, 'End', csrf, 'danger')}</td></tr>`
  })
  return html`<section class="card" id="terminals"><h2>Paired terminals</h2>
<p>A computer that is not yours shows a code; confirm it here, and it opens the accounts that you pick, for a while.</p>
${rows.length > 0 && html`<table><thead><tr><th scope="col">Which</th><th scope="col">Opens</th><th scope="col">Until</th><th scope="col"><span class="visually-hidden">End</span></th></tr></thead><tbody>${rows}</tbody></table>`}
<div class="actions"><a class="button" href="/pair/confirm">Confirm a terminal</a></div></section>`
}
