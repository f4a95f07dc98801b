import type { Account, Site } from '../../../accounts/index.ts'
import type { Device, User } from '../../../identity/index.ts'
import type { Rooms } from '../../rooms.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'

interface Several {
  readonly site: Site
  readonly accounts: readonly Account[]
}

/** Which account each device uses where its person has several; undefined: there is nothing to choose. */
export function choicesCard(rooms: Rooms, { id: owner }: User, devices: readonly Device[], csrf: string): Html | undefined {
  const several = sitesWithSeveral(rooms, owner)
  if (several.length === 0 || devices.length === 0) return undefined
  return html`<section class="card" id="choices"><h2>Which account a device uses</h2>
<p>At these sites you have several accounts. A browser asks when it first gets there; a tool is refused until one is chosen, or names one with <code>Login-Relay-Account</code>.</p>
${devices.map((device) => html`<fieldset><legend><bdi>${device.name}</bdi></legend>${several.map((one) => choiceForm(rooms, device, one, csrf))}</fieldset>`)}</section>`
}

function sitesWithSeveral({ accounts }: Rooms, owner: string): Several[] {
  const bySite = Map.groupBy(accounts.listAccounts({ owner }), ({ siteId }) => siteId)
  return [...bySite].flatMap(([siteId, own]) => {
    const site = accounts.site(siteId)
    return site === undefined || own.length < 2 ? [] : [{ site, accounts: own }]
  })
}

function choiceForm({ choices }: Rooms, device: Device, { site, accounts }: Several, csrf: string): Html {
  const chosen = choices.of(device.id, site.id)
  const field = `${device.id}-${site.id}`
  const option = (value: string, text: string): Html => html`<option value="${value}"${value === (chosen ?? '') && html` selected`}>${text}</option>`
  return html`<form class="choice" method="post" action="/devices/${device.id}/account">${csrfField(csrf)}<input type="hidden" name="site" value="${site.id}">
<label for="${field}"><bdi>${site.id}</bdi></label><select id="${field}" name="account">${option('', 'not chosen: it asks')}${accounts.map(({ id, name, username }) => option(id, username === name ? name : `${name} (${username})`))}</select>
<button>Save</button></form>`
}
