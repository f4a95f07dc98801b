import type { SessionHeader, SignInResult, StorageEntry } from '../../../adapters/index.ts'
import { tokenValue } from '../browser/index.ts'

/** The headers of a session as they are kept: tokens are filled in here, where the adapter does not see them. */
export function settledHeaders({ headers = [] }: SignInResult): SessionHeader[] {
  return headers.map((header): SessionHeader => {
    const { name, value, origins } = header
    const settled = typeof value === 'object' && 'token' in value ? value.prefix + tokenValue(value.token) : value
    return { name, value: settled, ...(origins === undefined ? {} : { origins }) }
  })
}

/** What scripts keep in the storage of the site's own origins; entries for others are left out. */
export function settledStorage({ storage = [] }: SignInResult, origins: readonly string[]): StorageEntry[] {
  return storage
    .filter(({ origin }) => origins.includes(origin))
    .map(({ origin, area, key, value }) => {
      if (typeof value === 'string') return { origin, area, key, value }
      const text = 'token' in value ? value.template.replaceAll('{token}', () => tokenValue(value.token)) : tokenValue(value)
      return { origin, area, key, value: text }
    })
}
