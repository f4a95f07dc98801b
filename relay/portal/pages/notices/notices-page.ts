import type { FastifyInstance } from 'fastify'
import { type Notice, noticeFacts, noticeTitle } from '../../../control/notices/index.ts'
import { RelayError } from '../../../errors.ts'
import { clearCookie } from '../../caller/portal-cookie.ts'
import type { Rooms } from '../../rooms.ts'
import { disown, endable } from '../../security/disown.ts'
import { action } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../moment.ts'
import { doneNote } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'

const mostShown = 50

/** What the relay tells a person of what was done with what is his: the list, and each alone. Looking changes nothing. */
export function noticesPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/notices', ({ principal: { user }, csrf, query }) => {
    const notices = rooms.notices.list(user.id, { limit: mostShown, ...(query.before === undefined ? {} : { before: query.before }) })
    const last = notices.at(-1)
    const older = notices.length === mostShown && last !== undefined && html`<p><a href="/notices?before=${last.id}">Older</a></p>`
    return {
      title: 'Notices',
      place: 'notices',
      body: html`<h1>Notices</h1>
<p class="lead">Each time your accounts are used or somebody signs in as you, it is told here.</p>${doneNote(query)}
<section class="card" id="notices" data-live>${notices.length === 0 ? html`<p>Nothing yet.</p>` : html`<ul class="notices">${notices.map(line)}</ul>`}${older}</section>
<div class="actions">${rooms.notices.unread(user.id) > 0 && action('/notices/read', 'Mark all as read', csrf)}<a class="button" href="/notices/delivery">Where they go</a><a class="button" href="/record">What was done</a></div>
<p class="quiet">Where a page that looked like the relay took your password and no notice came, it was not the relay: change that password.</p>`,
    }
  })

  showPage(app, rooms, '/notices/:id', ({ principal: { user }, csrf, params, query }) => {
    const notice = rooms.notices.find(user.id, params.id ?? '')
    if (notice === undefined) throw new RelayError('not_found', { params: { what: 'such notice' } })
    return {
      title: 'Notice',
      place: 'notices',
      body: html`<h1>${noticeTitle(notice)}</h1>${doneNote(query)}${facts(notice)}${notMe(notice, endable(rooms, notice), csrf)}<p><a href="/notices">All notices</a></p>`,
    }
  })

  takeForm(app, rooms, '/notices/:id/not-me', {}, async ({ principal, params, reply }) => {
    const { portalSession } = rooms.notices.find(principal.user.id, params.id ?? '') ?? {}
    const { copiesLinger } = await disown(rooms, principal.user, params.id ?? '')
    if (portalSession !== principal.session.id) return { goTo: `/notices/${params.id}?done=${copiesLinger ? 'not-me-lingers' : 'not-me'}` }
    clearCookie(reply, 'login-relay', rooms.secure)
    return { goTo: '/sign-in?done=signed-out' }
  })

  takeForm(app, rooms, '/notices/read', {}, async ({ principal }) => {
    await rooms.notices.markRead(principal.user.id)
    return { goTo: '/notices?done=notices-read' }
  })
}

function line(notice: Notice): Html {
  const { id, at, lastAt = at, readAt, disownedAt, accountName, deviceName, by, from, text } = notice
  // What somebody asks for may be long; the notice's own page has it whole.
  const what = text === undefined || text.length <= 100 ? text : `${text.slice(0, 100)}…`
  const parts = [what, accountName, by?.kind === 'user' || by?.kind === 'device' ? by.name : undefined, deviceName, from?.address]
  const short = [...new Set(parts.filter((part) => part !== undefined && part !== ''))].join(' · ')
  return html`<li class="${readAt === undefined ? 'unread' : ''}"><a href="/notices/${id}">${noticeTitle(notice)}</a>
<span class="quiet"><bdi>${short}</bdi> ${moment(lastAt)}${disownedAt !== undefined && html` · <strong>not you</strong>`}</span></li>`
}

/** What becomes of it when the person says that it was not he. */
function notMe({ id, disownedAt, kind }: Notice, can: ReturnType<typeof endable>, csrf: string): Html | undefined {
  if (kind === 'failed-tries' || kind === 'device-refused')
    return html`<section class="card"><h2>Was it not you?</h2><p>Nobody was let in. If it goes on, add a passkey or an authenticator app under <a href="/security">Security</a>, and tell who runs this relay.</p></section>`
  if (can === undefined) return undefined
  const { account, device, portalSession, resetLink } = can
  if (disownedAt === undefined)
    return html`<section class="card"><h2>Was it not you?</h2><p>Then say so. The relay at once</p><ul>
${account !== undefined && html`<li>ends the account’s session here, tells the site, and freezes it: nobody gets in with it until you lift that</li>`}
${device !== undefined && html`<li>revokes the device, if it is yours</li>`}${portalSession !== undefined && html`<li>ends the sign-in to this portal that did it</li>`}${resetLink === true && html`<li>withdraws the link: nobody chooses another way to sign in by it</li>`}</ul><div class="actions">${action(`/notices/${id}/not-me`, 'This was not me', csrf, 'danger')}</div></section>`
  const where =
    account === undefined
      ? html`<a href="/security/password">your own at this relay</a>`
      : html`at the site, then <a href="/accounts/${account.id}/password">here</a>`
  return html`<section class="card"><h2>You said that this was not you</h2><p>${moment(disownedAt)} the relay</p><ul>
${account !== undefined && html`<li>ended the account’s session and froze it: <a href="/accounts/${account.id}">lift that</a> when you are sure again</li>`}
${device !== undefined && html`<li>revoked the device, if it was yours</li>`}${portalSession !== undefined && html`<li>ended the sign-in to this portal that did it</li>`}${resetLink === true && html`<li>withdrew the link for another way to sign in</li>`}</ul>
<p>Now change the password that somebody may know: ${where}.${kind === 'recovery-code-used' && html` Make new recovery codes under <a href="/security">Security</a>.`}</p></section>`
}

function facts(notice: Notice): Html {
  const { at, lastAt } = notice
  return html`<section class="card"><dl class="facts"><dt>When</dt><dd>${moment(at)}${lastAt !== undefined && html`, last ${moment(lastAt)}`}</dd>
${noticeFacts(notice).map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl></section>`
}
