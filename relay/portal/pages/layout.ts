import { isOperator } from '../access.ts'
import type { PortalPrincipal } from '../caller/identify.ts'
import { assets } from '../web/assets.ts'
import { type Content, type Html, html } from './html.ts'

export type Place = 'groups' | 'accounts' | 'devices' | 'sessions' | 'notices' | 'set-up' | 'people' | 'sites' | 'record'

/** A page before it is framed. */
export interface Page {
  readonly title: string
  readonly body: Content
  /** HTTP status; default 200. */
  readonly status?: number
  /** The menu entry it belongs to. */
  readonly place?: Place
  /** It has forms that a passkey fills in. */
  readonly passkeys?: true
  /** It lets a browser subscribe to notices. */
  readonly push?: true
  /** Loads again, or goes on to `url`, after so many seconds; `withoutScript`: only where no script runs, which keeps pages fresh by itself. */
  readonly refresh?: { readonly seconds: number; readonly url?: string; readonly withoutScript?: boolean }
}

type Entry = readonly [Place, path: string, text: string]

const menu: readonly Entry[] = [
  ['accounts', '/', 'Accounts'],
  ['devices', '/devices', 'Devices'],
  ['sessions', '/sessions', 'Sessions'],
  ['notices', '/notices', 'Notices'],
  ['set-up', '/set-up', 'Set-up'],
]

const record: Entry = ['record', '/record', 'Record']

const administration: readonly Entry[] = [['people', '/people', 'People'], ['groups', '/groups', 'Groups'], ['sites', '/sites', 'Sites'], record]

/** People, sites and the whole record are the business of who runs the relay or audits it; others have no such menu. */
function administrationFor(principal: PortalPrincipal): readonly Entry[] {
  if (isOperator(principal)) return administration
  return principal.user.role === 'auditor' ? [record] : []
}

/** The whole document. `principal` undefined: nobody is signed in, and there is no menu. `unread`: notices that wait. */
export function layout({ title, body, place, passkeys, push, refresh }: Page, principal: PortalPrincipal | undefined, unread = 0): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – login-relay</title>
${refresh && refreshTag(refresh)}
<link rel="icon" href="${assets.icon.path}">
<link rel="stylesheet" href="${assets.style.path}">
${principal && html`<script src="${assets.script.path}" defer></script>`}
${passkeys && html`<script src="${assets.passkey.path}" defer></script>`}
${push && html`<script src="${assets.push.path}" defer></script>`}
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar"><div>
<a class="brand" href="/"><img src="${assets.icon.path}" alt="" width="28" height="28">login-relay</a>
${
  principal &&
  html`<nav aria-label="Main">${menu.map((entry) => menuEntry(entry, place, unread))}</nav>
<div class="who"><a href="/security" title="How you sign in"><bdi>${principal.user.name}</bdi></a><form method="post" action="/sign-out">${csrfField(principal.session.csrf)}<button class="plain">Sign out</button></form></div>`
}
</div>${principal && administrationMenu(administrationFor(principal), place)}</header>
<main id="content">
${body}
</main>
</body>
</html>
`
}

function menuEntry([name, href, text]: Entry, place: Place | undefined, unread: number): Html {
  return html`<a href="${href}"${name === place && html` aria-current="page"`}>${text}${name === 'notices' && unreadMark(unread)}</a>`
}

function administrationMenu(entries: readonly Entry[], place: Place | undefined): Content {
  if (entries.length === 0) return undefined
  return html`<div class="administration"><span id="administration">Administration</span><nav aria-labelledby="administration">${entries.map((entry) => menuEntry(entry, place, 0))}</nav></div>`
}

/** There where there are none too: the script fills it in as they come. */
function unreadMark(unread: number): Html {
  return html`<span id="unread" class="count"${unread > 0 && html` title="${unread} unread"`}>${unread > 0 && unread}</span>`
}

export function csrfField(value: string): Html {
  return html`<input type="hidden" name="csrf" value="${value}">`
}

function refreshTag({ seconds, url, withoutScript }: NonNullable<Page['refresh']>): Html {
  const tag = html`<meta http-equiv="refresh" content="${seconds}${url === undefined ? '' : `; URL=${url}`}">`
  return withoutScript === true ? html`<noscript>${tag}</noscript>` : tag
}
