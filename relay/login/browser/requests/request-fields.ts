import type { HeaderValue, RequestOptions } from '../../../../adapters/index.ts'
import { RelayError } from '../../../errors.ts'
import { cookieValue } from '../../session-header.ts'
import type { PageRequest } from './page-request.ts'
import { tokenValue } from './session-token.ts'

/** Fields that the browser and the agent write themselves. */
const ownFields = /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|cookie|origin|keep-alive|proxy-.*|sec-.*)$/i

/** What of a request its options say. `cookies`: the Cookie value that goes along. `bad_request` for a field that is not an adapter's to write. */
export function optionsOf({ headers = {}, data }: RequestOptions, cookies: string): Pick<PageRequest, 'fields' | 'accept'> {
  const fields = Object.entries(headers).flatMap(([name, given]) => {
    if (ownFields.test(name)) throw new RelayError('bad_request', { params: { problem: `the header ${name} is written by the relay` } })
    const value = textOf(given, cookies)
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...(fields.length === 0 ? {} : { fields }), ...(data === true ? { accept: 'json' as const } : {}) }
}

function textOf(given: HeaderValue, cookies: string): string | undefined {
  if (typeof given === 'string') return given
  return 'cookie' in given ? cookieValue(cookies, given.cookie) : given.prefix + tokenValue(given.token)
}
