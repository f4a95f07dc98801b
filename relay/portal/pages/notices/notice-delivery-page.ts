import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type NoticeGroup, noticeGroups } from '../../../control/notices/index.ts'
import { asRelayError, RelayError } from '../../../errors.ts'
import { mailAddress, pushSubscription } from '../../api/notices/notice-delivery-routes.ts'
import { browserName } from '../../caller/browser-name.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { checkbox } from '../checkbox.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { doneNote, errorNote } from '../notes.ts'
import { type GoTo, type PageCall, showPage, takeForm } from '../page-route.ts'
import { browsersCard } from './browsers-card.ts'
import { confirmMailForm } from './confirm-mail-form.ts'

const here = '/notices/delivery'
const chosen = { use: z.literal('on').optional(), attention: z.literal('on').optional(), door: z.literal('on').optional() }

const groupWords: Readonly<Record<NoticeGroup, string>> = {
  use: 'each use of your accounts',
  attention: 'what waits for you: an account that needs attention, somebody who asks for one',
  door: 'sign-ins to this relay as you, failed tries, new devices',
}

/** Where one's notices go beside the portal: to browsers, by mail, by webhook. */
export function noticeDeliveryPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, { path: here, fresh: true }, ({ principal, csrf, query }) => page(rooms, principal, csrf, doneNote(query)))

  takeForm(app, rooms, { path: '/notices/mail', freshFrom: here }, { address: z.string().trim().max(254), ...chosen }, ({ principal, csrf, form }) =>
    orSayWhy(rooms, principal, csrf, async () => {
      const { id } = principal.user
      await rooms.notices.setMail(id, { address: mailAddress.parse(form.address), groups: groupsOf(form) })
      return { goTo: `${here}?done=${rooms.notices.delivery(id).asked === undefined ? 'delivery-set' : 'mail-asked'}` }
    }),
  )

  takeForm(app, rooms, { path: '/notices/mail/confirm', freshFrom: here }, { code: z.string().max(100) }, ({ principal, csrf, form }) =>
    orSayWhy(rooms, principal, csrf, async () => {
      await rooms.notices.confirmMail(principal.user.id, form.code)
      return { goTo: `${here}?done=delivery-set` }
    }),
  )

  takeForm(app, rooms, { path: '/notices/mail/end', freshFrom: here }, {}, async ({ principal }) => {
    await rooms.notices.setMail(principal.user.id, undefined)
    return { goTo: `${here}?done=delivery-ended` }
  })

  takeForm(app, rooms, { path: '/notices/webhook', freshFrom: here }, { url: z.string().trim().max(2000), ...chosen }, ({ principal, csrf, form }) =>
    orSayWhy(rooms, principal, csrf, async () => {
      const secret = await rooms.notices.setWebhook(principal.user.id, { url: form.url, groups: groupsOf(form) })
      return {
        title: 'Webhook',
        place: 'notices',
        body: html`<h1>The secret of your webhook</h1><div class="card"><p>Each notice is signed with it, in the way of <a href="https://www.standardwebhooks.com" rel="noreferrer">Standard Webhooks</a>. It is shown once: copy it to where they arrive.</p>
<pre id="secret">${secret}</pre><div class="actions"><button type="button" data-copy="secret">Copy</button><a class="button" href="${here}">Done</a></div></div>`,
      }
    }),
  )

  takeForm(app, rooms, { path: '/notices/webhook/end', freshFrom: here }, {}, async ({ principal }) => {
    await rooms.notices.setWebhook(principal.user.id, undefined)
    return { goTo: `${here}?done=delivery-ended` }
  })

  const subscription = { endpoint: pushSubscription.shape.endpoint, ...pushSubscription.shape.keys.shape }
  takeForm(app, rooms, { path: '/notices/browsers', freshFrom: here }, { ...subscription, ...chosen }, ({ principal, csrf, form, request }) =>
    orSayWhy(rooms, principal, csrf, async () => {
      const { endpoint, p256dh, auth } = form
      const name = browserName(request.headers['user-agent'] ?? '')
      await rooms.notices.addBrowser(principal.user.id, { endpoint, p256dh, auth, name, groups: groupsOf(form) })
      return { goTo: `${here}?done=browser-added` }
    }),
  )

  takeForm(app, rooms, { path: '/notices/browsers/:id/end', freshFrom: here }, {}, async ({ principal, params }) => {
    if (!(await rooms.notices.removeBrowser(principal.user.id, params.id ?? ''))) throw new RelayError('not_found', { params: { what: 'such browser' } })
    return { goTo: `${here}?done=browser-ended` }
  })

  takeForm(app, rooms, '/notices/browsers/:id/test', {}, ({ principal, csrf, params }) =>
    orSayWhy(rooms, principal, csrf, async () => {
      await rooms.notices.testBrowser(principal.user.id, params.id ?? '')
      return { goTo: `${here}?done=test-sent` }
    }),
  )
}

/** What was typed and cannot be is said on the page itself. */
async function orSayWhy(rooms: Rooms, principal: PageCall['principal'], csrf: string, work: () => Promise<Page | GoTo>): Promise<Page | GoTo> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof z.ZodError) return { ...page(rooms, principal, csrf, addressNote), status: 400 }
    const error = asRelayError(thrown)
    if (error.status === 500) throw error
    return { ...page(rooms, principal, csrf, errorNote(error)), status: error.status }
  }
}

const addressNote = html`<div class="note bad" role="alert"><p><strong>That is no address of mail.</strong></p></div>`

function page(rooms: Rooms, { user }: PageCall['principal'], csrf: string, note: Content): Page {
  const delivery = rooms.notices.delivery(user.id)
  const { mail, asked, webhook, can } = delivery
  return {
    title: 'Where notices go',
    place: 'notices',
    push: true,
    body: html`<h1>Where notices go</h1><p class="lead">They are always here, and come at once while this portal is open. Have them brought to you besides:</p>${note}
${browsersCard(delivery, boxes('push'), csrf)}
<section class="card"><h2>By mail</h2>${can.mail ? html`${asked && confirmMailForm(asked, mail?.address, csrf)}${mailForm(mail, csrf)}` : html`<p>This relay has no mail server. Who runs it sets <code>notices.smtpHost</code>.</p>`}</section>
<section class="card"><h2>By webhook</h2>${can.webhook ? webhookForm(webhook, csrf) : html`<p>Who runs this relay has switched webhooks off.</p>`}</section>
<p><a href="/notices">All notices</a></p>`,
  }
}

function mailForm(mail: { readonly address: string; readonly groups: readonly NoticeGroup[] } | undefined, csrf: string): Html {
  return html`<form method="post" action="/notices/mail">${csrfField(csrf)}
<div class="field"><label for="address">Your address</label><input id="address" name="address" type="email" value="${mail?.address ?? ''}" required maxlength="254" autocomplete="email"></div>
${boxes('mail', mail?.groups)}<button class="main">${mail === undefined ? 'Send them by mail' : 'Save'}</button></form>${mail !== undefined && action('/notices/mail/end', 'No more mail', csrf)}`
}

function webhookForm(webhook: { readonly url: string; readonly groups: readonly NoticeGroup[] } | undefined, csrf: string): Html {
  return html`<form method="post" action="/notices/webhook">${csrfField(csrf)}
<div class="field"><label for="url">Address that takes them</label><input id="url" name="url" type="url" value="${webhook?.url ?? ''}" required maxlength="2000" autocomplete="off" spellcheck="false"></div>
${boxes('webhook', webhook?.groups)}<button class="main">${webhook === undefined ? 'Send them there' : 'Save, with a new secret'}</button></form>${webhook !== undefined && action('/notices/webhook/end', 'No more webhooks', csrf)}`
}

function boxes(form: string, groups: readonly NoticeGroup[] = noticeGroups): Html {
  return html`<fieldset><legend>Which</legend>${noticeGroups.map((group) =>
    checkbox(group, groupWords[group], { id: `${form}-${group}`, isChecked: groups.includes(group) }),
  )}</fieldset>`
}

function groupsOf(form: Readonly<Partial<Record<NoticeGroup, 'on' | undefined>>>): NoticeGroup[] {
  return noticeGroups.filter((group) => form[group] === 'on')
}
