/** The name in a `name=value` pair of a Cookie field, or at the beginning of a Set-Cookie line; '' for a cookie without one. */
export function cookieName(pair: string): string {
  const equals = pair.indexOf('=')
  const end = pair.indexOf(';')
  return equals < 0 || (end >= 0 && end < equals) ? '' : pair.slice(0, equals).trim()
}

export function cookieValue(pair: string): string {
  const end = pair.indexOf(';')
  const whole = end < 0 ? pair : pair.slice(0, end)
  return whole.slice(whole.indexOf('=') + 1).trim()
}

/** The pairs of a Cookie field, each once and trimmed. */
export function pairsOf(field: string): string[] {
  return field
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
}
