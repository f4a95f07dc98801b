import { decodeOnce, foldText } from './path-readings.ts'

/**
 * The parameters of a query in the comparing form. By name as PHP has it: without brackets, dots and spaces as `_`. Every value a name has, since
 * servers differ in which one they take.
 */
export function paramsOf(query: string): Map<string, string[]> {
  const params = new Map<string, string[]>()
  for (const pair of query.split(/[&;]/)) {
    const equals = pair.indexOf('=')
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    const plainName = plain(name).trim().replace(/\[.*$/s, '').replace(/[. ]/g, '_')
    if (plainName !== '') params.set(plainName, [...(params.get(plainName) ?? []), plain(value).trim()])
  }
  return params
}

function plain(text: string): string {
  return foldText(decodeOnce(decodeOnce(text.replaceAll('+', ' '))))
}
