import type { NoticeBrowser, Notices } from '../../../control/notices/index.ts'
import { action } from '../account-actions.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { moment } from '../moment.ts'

/** Browsers that show notices: this one joins by the script (assets/push.js), which says why where it cannot; each is tested and ended here. */
export function browsersCard({ browsers, can, pushKey }: ReturnType<Notices['delivery']>, boxes: Html, csrf: string): Html {
  if (!can.push)
    return card(html`<p>This relay shows none at browsers: who runs it has switched that off, or its key for it is damaged, which its log says.</p>
${browsers.length > 0 && list(browsers, can, csrf)}`)
  return card(html`<p>This browser shows them, also while the portal is closed. They go through the push service of the browser’s maker, which learns when one comes and cannot read it. Whoever sees the screen can.</p>
<p class="note" id="push-note" role="status">This takes JavaScript, which does not run here. Mail and webhooks need none.</p>
<form method="post" action="/notices/browsers" data-push="${pushKey}" hidden>${csrfField(csrf)}
<input type="hidden" name="endpoint"><input type="hidden" name="p256dh"><input type="hidden" name="auth">
${boxes}<button class="main">Show notices on this device</button></form>${browsers.length > 0 && list(browsers, can, csrf)}`)
}

function card(content: Content): Html {
  return html`<section class="card"><h2>Notices on this device</h2>${content}</section>`
}

function list(browsers: readonly NoticeBrowser[], can: { readonly push: boolean }, csrf: string): Html {
  return html`<table><thead><tr><th scope="col">Browser</th><th scope="col">Since</th><th scope="col"><span class="visually-hidden">What to do</span></th></tr></thead><tbody>
${browsers.map(
  ({ id, name, service, addedAt, groups }) =>
    html`<tr data-browser="${id}" data-groups="${groups.join(' ')}"><td><strong><bdi>${name}</bdi></strong> <span data-own hidden>(this one)</span> <small>by ${service}</small></td>
<td data-label="Since">${moment(addedAt)}</td><td class="end"><div class="actions">${can.push && action(`/notices/browsers/${id}/test`, 'Send a test notice', csrf)}
<form method="post" action="/notices/browsers/${id}/end" data-end>${csrfField(csrf)}<button class="danger">End</button></form></div></td></tr>`,
)}</tbody></table>`
}
