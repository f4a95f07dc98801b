import { RelayError } from '../../errors.ts'
import { type Weekday, weekdays } from '../../weekdays.ts'
import type { Hours } from './contract.ts'

const clockTime = /^(?:[01]\d|2[0-3]):[0-5]\d$/

const clocks = new Map<string, Intl.DateTimeFormat>()

/** As they are kept. `bad_request`. */
export function checkHours({ days, from, to, zone }: Hours): Hours {
  if (days !== undefined && (days.length === 0 || days.some((day) => !weekdays.includes(day)))) reject(`days are of ${weekdays.join(', ')}`)
  if ((from === undefined) !== (to === undefined)) reject('hours have a beginning and an end')
  if ([from, to].some((time) => time !== undefined && !clockTime.test(time))) reject('an hour is written HH:MM, 00:00 to 23:59')
  if (from !== undefined && from === to) reject('hours begin and end at different times')
  if (days === undefined && from === undefined) reject('hours name days, times or both')
  try {
    clockOf(zone)
  } catch {
    reject('the time zone is not one of the IANA data base, such as Europe/Berlin')
  }
  return {
    ...(days === undefined ? {} : { days: weekdays.filter((day) => days.includes(day)) }),
    ...(from === undefined || to === undefined ? {} : { from, to }),
    zone,
  }
}

/** Is this moment within them? By the clock on the wall there, whatever it was set to for the summer. */
export function isWithinHours({ days, from = '00:00', to = '24:00', zone }: Hours, moment: number): boolean {
  const { day, time } = wallClock(zone, moment)
  const isOn = (index: number): boolean => days === undefined || days.includes(weekdays[(index + 7) % 7] as Weekday)
  if (from < to) return isOn(day) && time >= from && time < to
  // Past midnight they belong to the day before.
  return (isOn(day) && time >= from) || (isOn(day - 1) && time < to)
}

function wallClock(zone: string, moment: number): { readonly day: number; readonly time: string } {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  )
  return { day: weekdays.indexOf((parts.get('weekday') ?? '').toLowerCase() as Weekday), time: `${parts.get('hour')}:${parts.get('minute')}` }
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known !== undefined) return known
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  clocks.set(zone, clock)
  return clock
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem } })
}
