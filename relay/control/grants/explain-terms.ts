import { counted } from '../../counted.ts'
import type { GrantTerms, Hours } from './contract.ts'

/** One term in words: `from the networks` `10.0.0.0/8`, `until` a moment. */
export interface TermWords {
  readonly says: string
  /** What people chose, shown apart from the words before it. */
  readonly of?: string
  /** Milliseconds since 1970. */
  readonly at?: number
}

/** Each term that stands there; none: for good and for everything. `names`: of users by id. */
export function explainTerms(terms: GrantTerms, names: (id: string) => string): readonly TermWords[] {
  const { from, until, hours, networks, places, readOnly, denyPaths, approval, emergency, handoff } = terms
  const words: readonly (TermWords | false)[] = [
    from !== undefined && { says: 'from', at: from },
    until !== undefined && { says: 'until', at: until },
    hours !== undefined && { says: hourWords(hours) },
    networks !== undefined && { says: 'from the networks', of: networks.join(', ') },
    places !== undefined && { says: 'from', of: places.join(', ') },
    readOnly === true && { says: 'for reading alone' },
    denyPaths !== undefined && { says: 'not', of: denyPaths.join(', ') },
    approval !== undefined && { says: 'with a yes each time, from', of: ['the owner', ...approval.by.map(names)].join(' or ') },
    emergency !== undefined && { says: `for emergencies, ${counted(emergency.waitHours, 'hour')} after asking` },
    handoff === true && { says: 'with the real cookies' },
  ]
  return words.filter((one) => one !== false)
}

/** The same as texts, of moments in universal time. */
export function termLines(terms: GrantTerms, names: (id: string) => string): string[] {
  return explainTerms(terms, names).map(({ says, of, at }) => {
    if (at !== undefined) return `${says} ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    return of === undefined ? says : `${says} ${of}`
  })
}

function hourWords({ days, from, to, zone }: Hours): string {
  return [days === undefined ? 'every day' : `on ${days.join(', ')}`, from === undefined ? undefined : `from ${from} to ${to}`, `(${zone})`]
    .filter((part) => part !== undefined)
    .join(' ')
}
