import type { Grant, Hours } from '../../../control/index.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../moment.ts'

/** The terms of a grant, each in words; a grant without any is for good and for everything. `names`: of users by id. */
export function termWords(grant: Grant, names: (id: string) => string): Html[] {
  const { from, until, hours, networks, places, readOnly, denyPaths, approval, emergency, handoff } = grant
  const words = [
    from !== undefined && html`from ${moment(from)}`,
    until !== undefined && html`until ${moment(until)}`,
    hours !== undefined && html`${hourWords(hours)}`,
    networks !== undefined && html`from the networks <bdi>${networks.join(', ')}</bdi>`,
    places !== undefined && html`from <bdi>${places.join(', ')}</bdi>`,
    readOnly === true && html`for reading alone`,
    denyPaths !== undefined && html`not <bdi>${denyPaths.join(', ')}</bdi>`,
    approval !== undefined && html`with a yes each time, from ${['the owner', ...approval.by.map(names)].join(' or ')}`,
    emergency !== undefined && html`for emergencies, ${emergency.waitHours} hours after asking`,
    handoff === true && html`with the real cookies`,
  ]
  return words.filter((one) => one !== false)
}

/** `, ` between them. */
export function joined(words: readonly Html[]): Html {
  return html`${words.map((one, index) => html`${index > 0 && ', '}${one}`)}`
}

function hourWords({ days, from, to, zone }: Hours): string {
  return [days === undefined ? 'every day' : `on ${days.join(', ')}`, from === undefined ? undefined : `from ${from} to ${to}`, `(${zone})`]
    .filter((part) => part !== undefined)
    .join(' ')
}
