import { patternOf } from '../../outbound/index.ts'

export interface Hidden {
  /** The agent's own: every value that it has filled in. */
  readonly scrub: (text: string) => string
  readonly username: string
  /** Values of cookies, hidden fields, answers of a person: whatever this sign-in held that is nobody's business. */
  readonly values: Iterable<string>
}

export type Redact = (text: string) => string

/** Shorter values are words and numbers of any page; no token is as short. */
const shortestValue = 6
const longestValue = 2000
const mostValues = 400

/**
 * Text without secrets: the agent's scrubber first, then the user name, the values that this sign-in held, and whatever looks like a
 * token. What is left is what a page says to anybody.
 */
export function redactor({ scrub, username, values }: Hidden): Redact {
  const users = userNamePatterns(username)
  const held = [...new Set(values)].filter(({ length }) => length >= shortestValue && length <= longestValue).slice(0, mostValues)
  // The longest first: one may be part of another.
  held.sort((one, other) => other.length - one.length)
  const literal = held.length === 0 ? undefined : new RegExp(held.flatMap(spellings).map(escaped).join('|'), 'g')
  return (text) => {
    let safe = scrub(text)
    if (literal !== undefined) safe = safe.replace(literal, '[hidden]')
    for (const pattern of users) safe = safe.replace(pattern, '[user name]')
    return withoutTokens(safe)
  }
}

/** The user name, and what stands before its @: pages greet by it. A short one only where it stands alone: it is part of words. */
function userNamePatterns(username: string): RegExp[] {
  const local = username.includes('@') ? username.slice(0, username.indexOf('@')) : ''
  const domain = username.includes('\\') ? username.slice(username.lastIndexOf('\\') + 1) : ''
  const names = [...new Set([username, local, domain])].filter(({ length }) => length >= 2)
  return names.map((name) => {
    const { source } = patternOf({ value: name, charset: 'utf-8' })
    return name.length < 6 ? new RegExp(`(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`, 'giu') : new RegExp(source, 'giu')
  })
}

/** As it is, and as it stands in an address. */
function spellings(value: string): string[] {
  return [...new Set([value, encodeURIComponent(value.toWellFormed()), decoded(value)])]
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** JSON Web Tokens, long hex, and runs of letters and digits as no language has them. */
function withoutTokens(text: string): string {
  return text
    .replace(/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, '[token]')
    .replace(/\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b/g, '[token]')
    .replace(/[A-Za-z0-9_+/=-]{20,}/g, (run) => (looksRandom(run) ? '[token]' : run))
}

/** A long word, a path of words or a class name has few digits, and its cases do not mix. */
function looksRandom(run: string): boolean {
  const digits = run.replace(/[^0-9]/g, '').length
  if (digits >= 4 && digits < run.length) return true
  const turns = [...run].filter((character, index) => index > 0 && isUpper(character) && !isUpper(run[index - 1] ?? '')).length
  return digits >= 1 && turns >= 3 ? true : turns >= 6 && !/[-_/]/.test(run)
}

function isUpper(character: string): boolean {
  return character >= 'A' && character <= 'Z'
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
