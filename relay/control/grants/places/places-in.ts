import { isPlaceName, longestName } from './place-name.ts'

/**
 * The names of a place in a record of a database: the country (`DE`, ISO 3166-1), the subdivision where it has a code (`DE-BY`, ISO 3166-2), and the
 * city after the narrowest of these (`DE-BY Munich`). As MaxMind and DB-IP write them, and the flat records with `country_code`.
 */
export function placesIn(record: unknown): readonly string[] {
  const country = codeIn(at(record, 'country', 'iso_code') ?? at(record, 'country_code'), /^[A-Z]{2}$/)
  if (country === undefined) return []
  const region = codeIn(at(record, 'subdivisions', '0', 'iso_code'), /^[A-Z0-9]{1,3}$/)
  const subdivision = region === undefined ? undefined : `${country}-${region}`
  const city = at(record, 'city', 'names', 'en') ?? at(record, 'city')
  const named = typeof city === 'string' && city.trim() !== '' ? `${subdivision ?? country} ${city.trim()}`.slice(0, longestName).trim() : undefined
  return [country, ...(subdivision === undefined ? [] : [subdivision]), ...(named !== undefined && isPlaceName(named) ? [named] : [])]
}

function codeIn(found: unknown, form: RegExp): string | undefined {
  return typeof found === 'string' && form.test(found) ? found : undefined
}

function at(record: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined),
    record,
  )
}
