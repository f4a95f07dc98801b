import { isOperator } from '../access.ts'
import type { PortalPrincipal } from '../caller/identify.ts'
import { assets } from '../web/assets.ts'
import { type Content, type Html, html } from './html.ts'

export type Place = 'accounts' | 'sites' | 'devices' | 'sessions' | 'notices' | 'set-up'

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
  /** Loads again, or goes on to `url`, after so many seconds; `withoutScript`: only where no script runs, which keeps pages fresh by itself. */
  readonly refresh?: { readonly seconds: number; readonly url?: string; readonly withoutScript?: boolean }
}

const menu: readonly (readonly [Place, string, string])[] = [
  ['accounts', '/', 'Accounts'],
  ['sites', '/sites', 'Sites'],
  ['devices', '/devices', 'Devices'],
  ['sessions', '/sessions', 'Sessions'],
  ['notices', '/notices', 'Notices'],
  ['set-up', '/set-up', 'Set-up'],
]

/** Sites are the business of who runs the relay. */
function menuFor(principal: PortalPrincipal): typeof menu {
  return isOperator(principal) ? menu : menu.filter(([name]) => name !== 'sites')
}

/** The whole document. `principal` undefined: nobody is signed in, and there is no menu. `unread`: notices that wait. */
export function layout({ title, body, place, passkeys, refresh }: Page, principal: PortalPrincipal | undefined, unread = 0): Html {
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
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar"><div>
<a class="brand" href="/"><img src="${assets.icon.path}" alt="" width="28" height="28">login-relay</a>
${
  principal &&
  html`<nav aria-label="Main">${menuFor(principal).map(([name, href, text]) => html`<a href="${href}"${name === place && html` aria-current="page"`}>${text}${name === 'notices' && unreadMark(unread)}</a>`)}</nav>
<div class="who"><a href="/security" title="How you sign in"><bdi>${principal.user.name}</bdi></a><form method="post" action="/sign-out">${csrfField(principal.session.csrf)}<button class="plain">Sign out</button></form></div>`
}
</div></header>
<main id="content">
${body}
</main>
</body>
</html>
`
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
