import { createHash, randomBytes } from 'node:crypto'
import { RelayError } from '../../errors.ts'

/** A challenge of HTTP Digest (RFC 7616 section 3.3) that this agent can answer. */
export interface DigestChallenge {
  readonly realm: string
  readonly nonce: string
  readonly algorithm: DigestAlgorithm
  readonly opaque: string | undefined
  /** Without it the site is of before RFC 2617 and wants neither client nonce nor count. */
  readonly qop: 'auth' | undefined
  readonly userhash: boolean
  /** The nonce before was right, but too old: the password was not refused. */
  readonly stale: boolean
}

/** The strongest first (section 3.7). */
const algorithms = ['SHA-512-256', 'SHA-512-256-sess', 'SHA-256', 'SHA-256-sess', 'MD5', 'MD5-sess'] as const
type DigestAlgorithm = (typeof algorithms)[number]

const hashNames = { 'SHA-512-256': 'sha512-256', 'SHA-256': 'sha256', MD5: 'md5' } as const

/** The strongest challenge of WWW-Authenticate fields (their values joined by commas) that can be answered; undefined: none. */
export function readDigestChallenge(field: string): DigestChallenge | undefined {
  const found = challengesIn(field).flatMap(({ scheme, params }) => {
    if (scheme.toLowerCase() !== 'digest') return []
    const algorithm = algorithms.find((name) => name.toLowerCase() === (params.get('algorithm') ?? 'MD5').toLowerCase())
    const qops = params
      .get('qop')
      ?.toLowerCase()
      .split(/[\s,]+/)
    const [realm, nonce] = [params.get('realm'), params.get('nonce')]
    // `auth-int` alone would hash every body, which the proxy streams.
    if (algorithm === undefined || realm === undefined || nonce === undefined || (qops !== undefined && !qops.includes('auth'))) return []
    const qop = qops === undefined ? undefined : ('auth' as const)
    return [{ realm, nonce, algorithm, opaque: params.get('opaque'), qop, userhash: isTrue(params.get('userhash')), stale: isTrue(params.get('stale')) }]
  })
  return found.sort((one, other) => algorithms.indexOf(one.algorithm) - algorithms.indexOf(other.algorithm))[0]
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true'
}

export interface DigestFacts {
  readonly challenge: DigestChallenge
  readonly username: string
  readonly password: string
  readonly method: string
  /** Path and query as they stand in the request line. */
  readonly uri: string
  /** How many requests were answered for with this nonce, this one too. */
  readonly count: number
  /** Of the first request with this nonce, where the algorithm keeps it. */
  readonly cnonce: string
}

/** The credentials that answer a challenge (RFC 7616 section 3.4), with the scheme's name. */
export function digestCredentials({ challenge, username, password, method, uri, count, cnonce }: DigestFacts): string {
  const { realm, nonce, algorithm, opaque, qop, userhash } = challenge
  const hash = (text: string) =>
    createHash(hashNames[algorithm.replace('-sess', '') as keyof typeof hashNames])
      .update(text)
      .digest('hex')
  const secret = hash(`${username}:${realm}:${password}`)
  // Section 3.4.2.
  const a1 = algorithm.endsWith('-sess') ? hash(`${secret}:${nonce}:${cnonce}`) : secret
  const a2 = hash(`${method}:${uri}`)
  const nc = count.toString(16).padStart(8, '0')
  const response = qop === undefined ? hash(`${a1}:${nonce}:${a2}`) : hash(`${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`)
  const fields = [
    ...userFields(username, userhash ? hash(`${username}:${realm}`) : undefined),
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`]),
    ...(qop === undefined && !algorithm.endsWith('-sess') ? [] : [`cnonce="${cnonce}"`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
  ]
  return `Digest ${fields.join(', ')}`
}

/** Section 3.4: `username`, or `username*` in the notation of RFC 8187 where a quoted string cannot hold it; hashed where the site wants it so. */
function userFields(username: string, hashed: string | undefined): string[] {
  if (hashed !== undefined) return [`username="${hashed}"`, 'userhash=true']
  if (/^[\x20-\x7e]*$/.test(username)) return [`username=${quoted(username)}`]
  const octets = Array.from(Buffer.from(username), (byte) => {
    const character = String.fromCharCode(byte)
    return /[A-Za-z0-9!#$&+.^_`|~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return [`username*=UTF-8''${octets.join('')}`]
}

/** RFC 9110 section 5.6.4. */
function quoted(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new RelayError('bad_request', { params: { problem: 'a value for HTTP Digest has a line break' } })
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

export function newClientNonce(): string {
  return randomBytes(16).toString('base64url')
}

interface Challenge {
  readonly scheme: string
  readonly params: ReadonlyMap<string, string>
}

/** RFC 9110 section 11.6.1: a list of challenges whose parameters are lists too; what stands before an equals sign is a parameter. */
export function challengesIn(field: string): readonly Challenge[] {
  const found: { scheme: string; params: Map<string, string> }[] = []
  const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
  const given = /\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y
  for (let at = 0; at < field.length; ) {
    token.lastIndex = at
    const name = token.exec(field)?.[0]
    // Whole tokens alone are tried: a site chooses how long they are.
    at += name?.length ?? 1
    if (name === undefined) continue
    given.lastIndex = at
    const match = given.exec(field)
    if (match === null) {
      if (/^[\s,]?$/.test(field.charAt(at))) found.push({ scheme: name, params: new Map() })
      continue
    }
    at = given.lastIndex
    const value = match[1] === undefined ? match[2] : match[1].replace(/\\(.)/g, '$1')
    if (value !== undefined && !found.at(-1)?.params.has(name.toLowerCase())) found.at(-1)?.params.set(name.toLowerCase(), value)
  }
  return found
}
