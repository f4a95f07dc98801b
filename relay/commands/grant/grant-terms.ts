import { type Command, InvalidArgumentError, Option } from 'commander'
import { readMoment } from '../../read-moment.ts'
import { weekdays } from '../../weekdays.ts'

export interface TermOptions {
  readonly hours?: number
  readonly from?: number
  readonly until?: number
  readonly days?: readonly string[]
  readonly between?: readonly [string, string]
  readonly zone?: string
  readonly network?: readonly string[]
  readonly place?: readonly string[]
  readonly readOnly?: true
  readonly deny?: readonly string[]
  readonly approval?: true | readonly string[]
  readonly emergency?: number
  readonly handoff?: true
}

/** The options by which the terms of a grant are said. */
export function takesTerms(command: Command): Command {
  return command
    .option('--hours <N>', 'for so many hours', positive)
    .option('--from <TIME>', 'from then on: 2026-01-31T09:00Z', instant)
    .addOption(new Option('--until <TIME>', 'until then').argParser(instant).conflicts('hours'))
    .option('--days <DAYS>', `on these days: ${weekdays.join(',')}`, listed)
    .option('--between <FROM-TO>', 'in these hours: 09:00-17:00', between)
    .addOption(new Option('--zone <ZONE>', 'the time zone of days and hours').default(Intl.DateTimeFormat().resolvedOptions().timeZone, 'that of this machine'))
    .option('--network <CIDR>', 'from these networks alone; may be given several times', collected)
    .option('--place <PLACE>', 'from these places alone, as `login-relay why USER ACCOUNT --address IP` names them; may be given several times', collected)
    .option('--read-only', 'for reading alone')
    .option('--deny <PATH>', 'not these paths of the site; may be given several times', collected)
    .option('--approval [NAMES]', 'somebody says yes each time: the owner, or these people, with commas between them', listed)
    .option('--emergency <HOURS>', 'for emergencies, so many hours after asking', positive)
    .option('--handoff', 'the real cookies may be given out')
}

/** As the API takes them. */
export function grantTerms(options: TermOptions): object {
  const { hours, from, until, days, between: times, zone, network, place, readOnly, deny, approval, emergency, handoff } = options
  const [begin, end] = times ?? []
  return {
    from,
    until: hours === undefined ? until : Date.now() + hours * 3_600_000,
    ...(days === undefined && times === undefined ? {} : { hours: { days, from: begin, to: end, zone } }),
    networks: network,
    places: place,
    readOnly,
    denyPaths: deny,
    approval: approval === true ? [] : approval,
    ...(emergency === undefined ? {} : { emergency: { waitHours: emergency } }),
    handoff,
  }
}

/** A number above 0, as an option says it: hours mostly. */
export function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number above 0.')
  return value
}

/** A moment that says its zone, or is a day of universal time. */
export function instant(text: string): number {
  const value = readMoment(text)
  if (value === undefined) throw new InvalidArgumentError('It must be written 2026-01-31 or 2026-01-31T09:00Z.')
  return value
}

function between(text: string): readonly [string, string] {
  const [, from, to] = /^(\d{2}:\d{2})-(\d{2}:\d{2})$/.exec(text) ?? []
  if (from === undefined || to === undefined) throw new InvalidArgumentError('It must be written 09:00-17:00.')
  return [from, to]
}

function listed(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

function collected(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}
