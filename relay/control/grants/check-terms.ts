import { checkDenyPaths } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import type { GrantTerms } from './contract.ts'
import { checkHours } from './hours.ts'
import { checkNetworks } from './networks.ts'
import { isPlaceName } from './places/place-name.ts'

/** A request is forgotten after 30 days: the waiting period, and the day for which it then lasts, are over before that. */
const mostWaitHours = 24 * 28

/** Terms as they are kept. `bad_request`. */
export function checkTerms({ from, until, hours, networks, places, readOnly, denyPaths, approval, emergency, handoff }: GrantTerms): GrantTerms {
  if (from !== undefined && until !== undefined && until <= from) reject('it ends before it begins')
  if (emergency !== undefined && !(emergency.waitHours >= 1 && emergency.waitHours <= mostWaitHours)) reject('the waiting period is 1 hour to 28 days')
  if (emergency !== undefined && approval !== undefined) reject('emergency access waits for nobody: it goes without approval')
  if (approval !== undefined && approval.by.length > 20) reject('approvers are at most 20')
  // What is read only shows no secret, but a cookie that was given out can do all the person can.
  if (handoff === true && (readOnly === true || denyPaths !== undefined)) reject('with real cookies nothing can be kept from being written or read')
  return {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(hours === undefined ? {} : { hours: checkHours(hours) }),
    ...(networks === undefined ? {} : { networks: checkNetworks(networks) }),
    ...(places === undefined ? {} : { places: checkPlaces(places) }),
    ...(readOnly === true ? { readOnly } : {}),
    ...(denyPaths === undefined ? {} : { denyPaths: checkDenyPaths({ paths: denyPaths }).paths }),
    ...(approval === undefined ? {} : { approval: { by: [...new Set(approval.by)] } }),
    ...(emergency === undefined ? {} : { emergency: { waitHours: emergency.waitHours } }),
    ...(handoff === true ? { handoff } : {}),
  }
}

function checkPlaces(places: readonly string[]): readonly string[] {
  if (places.length === 0 || places.length > 100 || !places.every(isPlaceName))
    reject('places are 1 to 100 names of at most 200 characters as the location check or the database of places says them, such as DE')
  return [...places]
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem } })
}
