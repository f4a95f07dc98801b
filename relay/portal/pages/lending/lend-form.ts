import { z } from 'zod'
import type { Account } from '../../../accounts/index.ts'
import { type GrantTerms, userIds } from '../../../control/index.ts'
import { type Weekday, weekdays } from '../../../weekdays.ts'
import type { Rooms } from '../../rooms.ts'
import { checkbox } from '../checkbox.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'

const days: Readonly<Record<Weekday, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
}
const lengths = { '1': 'an hour', '8': '8 hours', '24': 'a day', '168': 'a week', '720': '30 days', '': 'until I take it back' } as const
const hour = 3_600_000

const checked = z.literal('on').optional()
const text = z.string().trim().max(2000).default('')
const dayFields = Object.fromEntries(weekdays.map((day) => [day, checked])) as Record<Weekday, typeof checked>

export const lendFields = {
  kind: z.enum(['user', 'group', 'device']),
  name: z.string().trim().min(1).max(200),
  hours: z.enum(['1', '8', '24', '168', '720', '']),
  ...dayFields,
  from: text,
  to: text,
  zone: text,
  networks: text,
  places: text,
  denyPaths: text,
  readOnly: checked,
  asking: z.enum(['no', 'each-time', 'emergency']),
  approvers: text,
  waitHours: text,
  handoff: checked,
}

type LendForm = z.output<z.ZodObject<typeof lendFields>>

/** What the form says, as terms. `not_found`: an approver is nobody. */
export async function readTerms(rooms: Pick<Rooms, 'identity' | 'now'>, form: LendForm): Promise<GrantTerms> {
  const chosen = weekdays.filter((day) => form[day] === 'on')
  const isTimed = chosen.length > 0 || form.from !== '' || form.to !== ''
  const [networks, places, denyPaths, approvers] = [
    words(form.networks),
    // Names of places have spaces and commas in them.
    words(form.places, /[\r\n]/),
    words(form.denyPaths),
    words(form.approvers),
  ]
  return {
    ...(form.hours === '' ? {} : { until: rooms.now() + Number(form.hours) * hour }),
    ...(isTimed
      ? {
          hours: {
            ...(chosen.length === 0 ? {} : { days: chosen }),
            ...(form.from === '' ? {} : { from: form.from }),
            ...(form.to === '' ? {} : { to: form.to }),
            zone: form.zone,
          },
        }
      : {}),
    ...(networks.length === 0 ? {} : { networks }),
    ...(places.length === 0 ? {} : { places }),
    ...(denyPaths.length === 0 ? {} : { denyPaths }),
    ...(form.readOnly === 'on' ? { readOnly: true } : {}),
    ...(form.asking === 'each-time' ? { approval: { by: await userIds(rooms, approvers) } } : {}),
    ...(form.asking === 'emergency' ? { emergency: { waitHours: Number(form.waitHours) } } : {}),
    ...(form.handoff === 'on' ? { handoff: true } : {}),
  }
}

/** To whom, for how long, on which terms. It sends `lendFields` to the account's lend page. */
export function lendForm({ id }: Account, csrf: string): Html {
  return html`<form class="card" method="post" action="/accounts/${id}/lend">${csrfField(csrf)}<h2>Lend it</h2>
<div class="field"><label for="kind">To a</label><select id="kind" name="kind"><option value="user">person</option><option value="group">group</option><option value="device">device of somebody</option></select></div>
<div class="field"><label for="name">Name</label><input id="name" name="name" required maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false"><small>A device as <code>PERSON/DEVICE</code>. <a href="/groups">The groups</a></small></div>
<div class="field"><label for="hours">For</label><select id="hours" name="hours">${Object.entries(lengths).map(([value, words]) => html`<option value="${value}"${value === '24' && html` selected`}>${words}</option>`)}</select></div>
${checkbox('readOnly', 'For reading alone', { hint: 'Only requests that change nothing pass: GET, HEAD and OPTIONS, and no WebSockets.' })}
<div class="field"><label for="asking">Somebody says yes</label><select id="asking" name="asking"><option value="no">not needed</option><option value="each-time">each time, before it is used</option><option value="emergency">by saying nothing: for emergencies, after a waiting period</option></select></div>
<details><summary>Who says yes, and the waiting period</summary>
${line('approvers', 'Who may say yes besides you', 'People by name, with spaces or commas between them.')}
${line('waitHours', 'Hours to wait, for emergencies', 'Meanwhile you can refuse.')}</details>
<details><summary>Days and hours</summary><fieldset class="days"><legend class="visually-hidden">Days</legend>${weekdays.map((day) => checkbox(day, days[day]))}</fieldset>
${line('from', 'From', 'HH:MM; empty: the whole day.')}${line('to', 'To', 'HH:MM; earlier than From: on the next day.')}${line('zone', 'Time zone', 'Such as Europe/Berlin.')}</details>
<details><summary>From where</summary>${line('networks', 'Networks', 'Such as 192.0.2.0/24, with spaces or commas between them; empty: from anywhere.')}
<div class="field"><label for="places">Places, a line each</label><textarea class="code" id="places" name="places" maxlength="2000" rows="3" spellcheck="false" autocapitalize="none" autocomplete="off"></textarea><small>As this relay names them, such as DE or DE-BY; empty: anywhere.</small></div></details>
<details><summary>Pages and cookies</summary>${line('denyPaths', 'Not these paths', 'Such as /account/password; what is below them too.')}
${checkbox('handoff', 'Give out the real cookies', { hint: 'They work without the relay, until the site ends the session: what you take back here does not reach them.' })}</details>
<button class="main">Lend it</button></form>`
}

function line(name: string, label: string, hint: string): Html {
  return html`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" maxlength="2000" autocomplete="off" autocapitalize="none" spellcheck="false"><small>${hint}</small></div>`
}

function words(given: string, between = /[\s,;]/): string[] {
  return given
    .split(between)
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
