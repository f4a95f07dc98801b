import type { FastifyInstance } from 'fastify'
import { type AuditRecord, withoutAnnounced } from '../../../audit/index.ts'
import type { PortalPrincipal } from '../../caller/identify.ts'
import { readableRecords } from '../../readable-records.ts'
import type { Rooms } from '../../rooms.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../moment.ts'
import { showPage } from '../page-route.ts'
import { actWords } from './act-words.ts'

const mostRead = 200

interface Names {
  account(id: string): string
  device(id: string): string
}

/** What was done with one's accounts and devices, newest first; for who runs the relay, with the relay too. */
export function recordPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/record', async ({ principal, query }) => {
    const before = /^[1-9]\d{0,14}$/.test(query.before ?? '') ? Number(query.before) : undefined
    const { records, next } = await readableRecords(rooms, principal, { limit: mostRead, before })
    const devices = new Map((await rooms.identity.listDevices(principal.user.id)).map(({ id, name }) => [id, name]))
    const names: Names = { account: (id) => rooms.accounts.account(id, principal.user.id)?.name ?? '', device: (id) => devices.get(id) ?? '' }
    const older = next !== undefined && html`<p><a href="/record?before=${next}">Older</a></p>`
    return {
      title: 'What was done',
      place: 'record',
      body: html`<h1>What was done</h1><p class="lead">${whatIsRead(principal)}, newest first.</p>
<section class="card">${records.length === 0 ? html`<p>${next === undefined ? 'Nothing yet.' : 'Nothing among these; older ones were not looked at.'}</p>` : table(withoutAnnounced(records), names)}${older}</section>`,
    }
  })
}

/** As `decideAudit` lets him. */
function whatIsRead({ user: { role } }: PortalPrincipal): string {
  switch (role) {
    case 'admin':
      return 'With your accounts and devices, and with this relay'
    case 'auditor':
      return 'At this relay, by everybody'
    case 'member':
      return 'With your accounts and devices'
  }
}

function table(records: readonly AuditRecord[], names: Names): Html {
  return html`<table><thead><tr><th scope="col">What</th><th scope="col">Who</th><th scope="col">From</th><th scope="col">When</th><th scope="col">Outcome</th></tr></thead><tbody>
${records.map(
  (record) => html`<tr><td>${actWords[record.act] ?? record.act}${thing(record, names)}</td><td data-label="Who"><bdi>${who(record)}</bdi></td>
<td data-label="From"><bdi>${record.from?.address ?? '–'}</bdi></td><td data-label="When">${moment(Date.parse(record.at))}</td><td data-label="Outcome">${outcome(record)}</td></tr>`,
)}</tbody></table>`
}

function thing({ account, site, device, details }: AuditRecord, names: Names): Html | string {
  const parts = [
    account === undefined ? '' : names.account(account),
    site ?? '',
    device === undefined ? '' : names.device(device),
    details?.name ?? '',
    details?.by === 'recovery' ? 'a recovery code' : '',
  ]
  const text = [...new Set(parts.map(String).filter((part) => part !== ''))].join(', ')
  return text === '' ? '' : html`: <bdi>${text}</bdi>`
}

function who({ who: { kind, name, deviceName } }: AuditRecord): string {
  if (kind === 'local') return 'who runs the relay'
  if (kind === 'relay') return 'the relay itself'
  if (kind === 'unknown') return 'somebody unknown'
  return [name ?? 'somebody', ...(deviceName === undefined ? [] : [deviceName])].join(', ')
}

function outcome({ outcome: came, act, reason }: AuditRecord): string {
  switch (came) {
    case 'done':
      return 'done'
    case 'intent':
      return act === 'account.use' ? 'done' : 'begun'
    case 'refused':
      return reason === undefined ? 'refused' : `refused: ${reason}`
    case 'failed':
      return 'failed'
  }
}
