import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Device } from '../../../identity/index.ts'
import { checkAccount, checkDevice, loadDevice } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { endDevice } from '../../security/force-off.ts'
import { action } from '../account-actions.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { moment } from '../moment.ts'
import { afterEnd, doneNote, errorNote, mendable } from '../notes.ts'
import { type PageCall, showPage, takeForm } from '../page-route.ts'
import { pairedTerminalsCard } from '../pairing/paired-terminals.ts'
import { choicesCard } from './device-choices.ts'
import { deviceLines } from './device-lines.ts'

/** Devices: add one and see its token once; revoke one. */
export function devicesPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/devices', ({ principal, csrf, query }) => list(rooms, principal, csrf, doneNote(query)))

  takeForm(app, rooms, { path: '/devices', freshFrom: '/devices' }, { name: z.string().trim().max(200) }, async ({ principal, csrf, form }) => {
    checkDevice(principal, 'add', principal.user.id, 'such user')
    try {
      const { device, token } = await rooms.identity.addDevice(principal.user.id, form.name)
      return { title: 'Device added', place: 'devices', body: deviceLines(rooms, device, token) }
    } catch (thrown) {
      const error = mendable(thrown)
      return { ...(await list(rooms, principal, csrf, errorNote(error), form.name)), status: error.status }
    }
  })

  takeForm(app, rooms, '/devices/:id/revoke', {}, async ({ principal, params }) => {
    const { id, paired } = await loadDevice(rooms, principal, 'revoke', params.id ?? '')
    await rooms.identity.revokeDevice(id)
    return { goTo: `/devices?done=${paired === undefined ? 'device-revoked' : 'terminal-ended'}` }
  })

  takeForm(app, rooms, '/devices/:id/end', {}, async ({ principal, params }) => {
    const device = await loadDevice(rooms, principal, 'revoke', params.id ?? '')
    return { goTo: afterEnd('/devices', 'device-ended', await endDevice(rooms, device)) }
  })

  takeForm(app, rooms, '/devices/:id/account', { site: z.string().max(200), account: z.string().max(200) }, async ({ principal, params, form }) => {
    const { id } = await loadDevice(rooms, principal, 'choose', params.id ?? '')
    if (form.account === '') await rooms.choices.forget(id, form.site)
    else await rooms.choices.choose(id, await checkAccount(rooms, principal, 'use', { id: form.account }))
    return { goTo: '/devices?done=account-chosen' }
  })
}

async function list(rooms: Rooms, { user }: PageCall['principal'], csrf: string, note: Content, name = ''): Promise<Page> {
  const all = await rooms.identity.listDevices(user.id)
  const devices = all.filter(({ paired }) => paired === undefined)
  return {
    title: 'Devices',
    place: 'devices',
    body: html`<h1>Devices</h1>
<p class="lead">A device is a browser, terminal, script or agent that uses your accounts through the relay's proxy. Each has its own token, so that each can be revoked alone.</p>
${note}
<section class="card">${devices.length === 0 ? html`<p>No device yet.</p>` : html`${table(devices, csrf)}<p><a href="/copies">Copies of sessions: who was given cookies</a></p>`}</section>
${pairedTerminalsCard(rooms, all, csrf)}
${choicesCard(rooms, user, devices, csrf)}
<form class="card" method="post" action="/devices">${csrfField(csrf)}<h2>Add a device</h2>
<div class="field"><label for="name">Its name</label><input id="name" name="name" value="${name}" required maxlength="63" pattern="[A-Za-z0-9._\\-]+" autocomplete="off" autocapitalize="none" spellcheck="false"><small>Letters, digits, <code>-</code> <code>_</code> <code>.</code>: it stands in the proxy's address.</small></div>
<button class="main">Add the device</button></form>`,
  }
}

function table(devices: readonly Device[], csrf: string): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Added</th><th scope="col">Last seen</th><th scope="col"><span class="visually-hidden">Revoke</span></th></tr></thead><tbody>
${devices.map(
  ({
    id,
    name,
    createdAt,
    lastSeenAt,
    unwritten,
  }) => html`<tr><td><strong><bdi>${name}</bdi></strong>${unwritten && html`<br>Void, but that could not be written down: revoke it once more.`}</td><td data-label="Added">${moment(createdAt)}</td>
<td data-label="Last seen">${lastSeenAt === undefined ? 'never' : moment(lastSeenAt)}</td><td class="end"><div class="actions">${action(`/devices/${id}/end`, 'End its sessions', csrf)}${action(`/devices/${id}/revoke`, 'Revoke', csrf, 'danger')}</div></td></tr>`,
)}</tbody></table>`
}
