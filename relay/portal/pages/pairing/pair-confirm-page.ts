import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { asRelayError, RelayError } from '../../../errors.ts'
import { type AskingTerminal, nameOfTerminal, networkOf } from '../../../identity/index.ts'
import { checkAccount } from '../../access.ts'
import { browserName } from '../../caller/browser-name.ts'
import { cameFrom } from '../../caller/came-from.ts'
import type { Rooms } from '../../rooms.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { moment } from '../moment.ts'
import { errorNote } from '../notes.ts'
import { type PageCall, showPage, takeForm } from '../page-route.ts'

const path = '/pair/confirm'
const times = [
  ['15', '15 minutes'],
  ['60', '1 hour'],
  ['480', '8 hours'],
] as const

const code = z.string().max(40)
const fields = {
  code,
  account: z.union([z.string().max(200), z.array(z.string().max(200)).max(1000)]).default([]),
  minutes: z.enum(times.map(([minutes]) => minutes)),
  seen: z.literal('on', { error: 'say that you see that code on the screen yourself' }),
}

/** What a person sees on his phone: where the terminal is that shows a code, which accounts, how long. */
export function pairConfirmPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, { path, fresh: true }, (call) => {
    const { query, reply } = call
    if (query.code === undefined) return codeForm()
    try {
      return question(call, rooms.pairings.find(query.code, answering(call)))
    } catch (thrown) {
      const error = asRelayError(thrown)
      assignErrorHeaders(reply, error)
      return { ...codeForm(errorNote(error), query.code.slice(0, 40)), status: error.status }
    }
  })

  takeForm(app, rooms, { path, freshFrom: path }, fields, async (call) => {
    const { principal, form } = call
    const asked = rooms.pairings.find(form.code, answering(call))
    const picked = [form.account].flat()
    if (picked.length === 0) {
      const error = new RelayError('bad_request', { params: { problem: 'pick an account at least' } })
      return { ...question(call, asked, errorNote(error)), status: error.status }
    }
    const accounts = await Promise.all(picked.map(async (id) => (await checkAccount(rooms, principal, 'use', { id })).id))
    const name = nameOfTerminal({ address: asked.address, browser: browserName(asked.agent) })
    await rooms.pairings.approve(form.code, answering(call), { accounts, milliseconds: Number(form.minutes) * 60_000, name })
    return { goTo: '/devices?done=terminal-paired' }
  })

  takeForm(app, rooms, '/pair/refuse', { code }, async (call) => {
    await rooms.pairings.refuse(call.form.code, answering(call))
    return { goTo: '/devices?done=terminal-refused' }
  })

  function question({ principal, csrf, request }: Asking, asked: AskingTerminal, note?: Content): Page {
    return {
      title: 'Is this the screen in front of you?',
      place: 'devices',
      body: html`<div class="narrow"><h1>Is this the screen in front of you?</h1>
${note}
<section class="card"><p class="user-code">${asked.userCode}</p>${facts(asked, cameFrom(request).address)}</section>
<div class="note warn"><p><strong>Confirm only a screen that you see yourself.</strong></p><p>Has somebody sent you this code or link, or told it to you? Refuse: who sits there would use your accounts.</p></div>
<form class="card" method="post" action="${path}">${csrfField(csrf)}<input type="hidden" name="code" value="${asked.userCode}">
<fieldset><legend>What it may open</legend>${accountChecks(rooms, principal)}</fieldset>
<fieldset><legend>For how long</legend>${times.map(([minutes, text], index) => check({ id: `minutes-${minutes}`, type: 'radio', name: 'minutes', value: minutes, checked: index === 0 }, text))}</fieldset>
<fieldset><legend>The screen</legend>${check({ id: 'seen', type: 'checkbox', name: 'seen', value: 'on', required: true }, html`<span>I am looking at it, and it shows <strong class="unbroken">${asked.userCode}</strong></span>`)}</fieldset>
<div class="actions"><button class="main">Let it in</button></div></form>
<form method="post" action="/pair/refuse">${csrfField(csrf)}<input type="hidden" name="code" value="${asked.userCode}"><button class="danger">No, refuse it</button></form></div>`,
    }
  }
}

type Asking = Pick<PageCall, 'principal' | 'csrf' | 'request'>

function answering({ principal, request }: Asking) {
  return { user: principal.user, address: cameFrom(request).address }
}

function codeForm(note?: Content, typed = ''): Page {
  return {
    title: 'Confirm a terminal',
    place: 'devices',
    body: html`<div class="narrow"><h1>Confirm a terminal</h1>
<p class="lead">The screen that you want to use shows eight letters, or a picture that the camera of your phone reads.</p>
${note}
<form class="card" method="get" action="${path}"><div class="field"><label for="code">The code on that screen</label><input class="answer" id="code" name="code" value="${typed}" required maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus></div>
<div class="actions"><button class="main">Go on</button><a class="button" href="/devices">Not now</a></div></form></div>`,
  }
}

function facts({ address, agent, askedAt }: AskingTerminal, ownAddress: string): Html {
  // That it is the same says nothing: behind a proxy that people come by, all have one address.
  const where = networkOf(address) === networkOf(ownAddress) ? '' : ', another address than yours'
  return html`<dl class="facts"><dt>Where</dt><dd><strong><bdi>${address}</bdi></strong>${where}</dd><dt>Browser</dt><dd><strong><bdi>${browserName(agent)}</bdi></strong></dd><dt>Asked</dt><dd>${moment(askedAt)}</dd></dl>`
}

function accountChecks(rooms: Rooms, principal: PageCall['principal']): Html {
  const own = rooms.accounts.listAccounts({ owner: principal.user.id }).map((account) => ({ account, name: account.name }))
  const lent = rooms.grants.lentNow(principal)
  const all = [...own, ...lent]
  if (all.length === 0) return html`<p>You have no account yet: <a href="/accounts/new">add one</a> first.</p>`
  return html`${all.map(({ account, name }) => check({ id: `account-${account.id}`, type: 'checkbox', name: 'account', value: account.id }, html`<span><bdi>${name}</bdi> <span class="quiet">at <bdi>${account.siteId}</bdi></span></span>`))}`
}

interface Check {
  readonly id: string
  readonly type: 'checkbox' | 'radio'
  readonly name: string
  readonly value: string
  readonly checked?: boolean
  readonly required?: boolean
}

function check({ id, type, name, value, checked = false, required = false }: Check, text: Content): Html {
  return html`<div class="check"><input id="${id}" type="${type}" name="${name}" value="${value}"${checked && html` checked`}${required && html` required`}><label for="${id}">${text}</label></div>`
}
