import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Account } from '../../../accounts/index.ts'
import { isRelayError, RelayError } from '../../../errors.ts'
import { checkAccount, checkDevice } from '../../access.ts'
import { accountState } from '../../accounts/account-state.ts'
import { signInSoon } from '../../accounts/sign-in-soon.ts'
import { checkCsrf, checkOwnPage } from '../../caller/identify.ts'
import { clearCookie } from '../../caller/portal-cookie.ts'
import { loadTerminal, type Terminal } from '../../caller/terminal.ts'
import { patience, type Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import type { Page } from '../layout.ts'
import { leave } from '../leaving-page.ts'
import { doneNote } from '../notes.ts'
import { readForm, respondGoTo, respondPage } from '../page-route.ts'
import { siteOrigin } from '../site-origin.ts'
import { stateMark } from '../state-words.ts'

const secondsBetweenLooks = 10
const noFields = z.strictObject({ csrf: z.string() })

/** The one page of a paired terminal: its accounts to open, and the way out. It has no other. */
export function terminalPage(app: FastifyInstance, rooms: Rooms): void {
  app.get<{ Querystring: Record<string, string> }>('/terminal', async (request, reply) => {
    const terminal = loadTerminal(rooms, request)
    if (terminal !== undefined) return respondPage(reply, page(terminal, doneNote(request.query)), undefined)
    clearCookie(reply, 'login-relay-terminal', rooms.secure)
    return respondGoTo(reply, '/pair?done=terminal-over')
  })

  app.post<{ Params: { id: string } }>('/terminal/accounts/:id/open', async (request, reply) => {
    const { principal } = checkTerminal(request)
    const account = await checkAccount(rooms, principal, 'use', { id: request.params.id })
    const session = await signInSoon(rooms, account.id).catch((error: unknown) => {
      if (isRelayError(error, 'login_failed') || isRelayError(error, 'needs_attention')) return 'failed' as const
      throw error
    })
    if (session === undefined || session === 'failed') return respondGoTo(reply, `/terminal?done=terminal-${session ?? 'waits'}`)
    const { value } = await rooms.sessions.tickets.issue(account.id, principal.user.id)
    const answer = await leave(rooms, { session, principal, ticket: value, request })
    return 'goTo' in answer ? respondGoTo(reply, answer.goTo) : respondPage(reply, answer, undefined)
  })

  app.post('/terminal/done', async (request, reply) => {
    const { principal } = checkTerminal(request)
    checkDevice(principal, 'revoke', principal.user.id, 'such device', principal.device.id)
    await rooms.identity.revokeDevice(principal.device.id)
    clearCookie(reply, 'login-relay-terminal', rooms.secure)
    return respondGoTo(reply, '/pair?done=terminal-done')
  })

  function checkTerminal(request: Parameters<typeof loadTerminal>[1]): Terminal {
    checkOwnPage(rooms, request)
    const terminal = loadTerminal(rooms, request)
    if (terminal === undefined) throw new RelayError('unauthenticated')
    checkCsrf((request.body as { csrf?: unknown } | undefined)?.csrf, terminal.csrf)
    readForm(noFields, request.body)
    return terminal
  }

  function page({ principal, paired, csrf }: Terminal, note: Html | undefined): Page {
    const accounts = paired.accounts.map((id) => rooms.accounts.account(id)).filter((account) => account !== undefined)
    return {
      title: 'Your accounts here',
      refresh: { seconds: secondsBetweenLooks, url: '/terminal' },
      body: html`<div class="top"><h1>Your accounts here</h1><div class="actions">${action('/terminal/done', 'I am done', csrf, 'danger')}</div></div>
<p class="lead">Let in by <bdi>${principal.user.name}</bdi> for ${timeLeft(paired.expiresAt - rooms.now())}. Type no password here: these open without one.</p>
${note}${rooms.gateway === undefined && html`<div class="note warn"><p>This relay has no gateway: “Open” works in a browser that uses the relay’s proxy, and in no other.</p></div>`}
<ul class="cards" id="accounts">${accounts.map((account) => card(account, principal.user.id, csrf))}</ul>
<p class="quiet">When you go, choose “I am done” and close this window. You can end it from your phone as well.</p>`,
    }
  }

  function card(account: Account, userId: string, csrf: string): Html {
    const origin = siteOrigin(rooms, account)
    const address = rooms.gateway?.addressOf(account, account.owner !== userId)
    return html`<li class="card"><div class="row"><div class="grow"><h2><bdi>${account.name}</bdi></h2><p class="quiet"><bdi>${origin}</bdi></p>
<p>${stateMark(accountState(account, rooms.sessions, patience(rooms)))}</p></div>
<div class="actions">${address === undefined ? action(`/terminal/accounts/${account.id}/open`, 'Open', csrf, 'main') : html`<a class="button main" href="${address}" target="_blank" rel="noopener noreferrer">Open</a>`}</div></div></li>`
  }
}

function timeLeft(milliseconds: number): string {
  const minutes = Math.max(1, Math.ceil(milliseconds / 60_000))
  if (minutes >= 90) return `${Math.round(minutes / 60)} more hours`
  return minutes === 1 ? 'one more minute' : `${minutes} more minutes`
}
