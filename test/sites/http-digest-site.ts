import { createHash, randomBytes } from 'node:crypto'
import { type BusinessSite, type ReceivedRequest, type SiteOptions, serve } from './serve.ts'

export interface HttpDigestSite extends BusinessSite {
  readonly accounts: readonly { readonly username: string; readonly password: string }[]
  /** Requests that carried credentials, those that were right, those whose nonce was too old, and those that were wrong. */
  readonly counts: { presented: number; right: number; stale: number; refused: number }
  /** Every nonce given so far is too old from now on. */
  expireNonces(): void
}

export interface HttpDigestOptions extends SiteOptions {
  readonly username?: string
  readonly password?: string
  /** The algorithms it offers, a challenge each. */
  readonly algorithms?: readonly ('MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'SHA-512-256')[]
  readonly qop?: 'auth' | 'none'
  readonly userhash?: boolean
  /** Gives a new nonce with every answer. */
  readonly nextNonce?: boolean
}

const hashes: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

/** HTTP Digest over the whole server, as RFC 7616 has it: each nonce counts its requests, and no count comes twice. */
export async function startHttpDigestSite(options: HttpDigestOptions = {}): Promise<HttpDigestSite> {
  const { algorithms = ['SHA-256', 'MD5'], qop = 'auth', userhash = false, nextNonce = false } = options
  const account = { username: options.username ?? 'ann', password: options.password ?? 'correct: horse' }
  const counts = { presented: 0, right: 0, stale: 0, refused: 0 }
  const realm = 'Reports, "internal"'
  const nonces = new Map<string, Set<string>>()

  const newNonce = (): string => {
    const nonce = randomBytes(12).toString('base64')
    nonces.set(nonce, new Set())
    return nonce
  }
  const challenges = (stale: boolean): string[] =>
    algorithms.map((algorithm) => {
      const parts = [
        `realm="${realm.replaceAll('"', '\\"')}"`,
        ...(qop === 'auth' ? ['qop="auth, auth-int"'] : []),
        `algorithm=${algorithm}`,
        `nonce="${newNonce()}"`,
        'opaque="0paqu3="',
        ...(userhash ? ['userhash=true'] : []),
        ...(stale ? ['stale=true'] : []),
      ]
      return `Digest ${parts.join(', ')}`
    })
  const check = ({ method, path }: ReceivedRequest, given: ReadonlyMap<string, string>): 'right' | 'stale' | 'refused' => {
    const field = (name: string): string => given.get(name) ?? ''
    const algorithm = field('algorithm') || 'MD5'
    const hash = (text: string) =>
      createHash(hashes[algorithm.replace('-sess', '')] ?? 'md5')
        .update(text)
        .digest('hex')
    const isUser = userhash ? field('username') === hash(`${account.username}:${realm}`) : nameIn(given) === account.username
    const ha1 = hash(`${account.username}:${realm}:${account.password}`)
    const a1 = algorithm.endsWith('-sess') ? hash(`${ha1}:${field('nonce')}:${field('cnonce')}`) : ha1
    const middle = qop === 'auth' ? `${field('nonce')}:${field('nc')}:${field('cnonce')}:auth` : field('nonce')
    const isRight = field('response') === hash(`${a1}:${middle}:${hash(`${method}:${field('uri')}`)}`)
    const offered = algorithms.some((name) => name === algorithm)
    if (!isUser || !isRight || !offered || field('uri') !== path || field('opaque') !== '0paqu3=' || field('realm') !== realm) return 'refused'
    const seen = nonces.get(field('nonce'))
    if (seen === undefined || (qop === 'auth' && (seen.has(field('nc')) || Number.parseInt(field('nc'), 16) !== seen.size + 1))) return 'stale'
    seen.add(field('nc'))
    return 'right'
  }

  const site = await serve((request) => {
    const { authorization } = request.headers
    const outcome = authorization === undefined ? undefined : check(request, fieldsOf(authorization))
    if (outcome !== undefined) {
      counts.presented += 1
      counts[outcome] += 1
    }
    if (outcome === 'right') {
      const headers = nextNonce ? { 'authentication-info': `nextnonce="${newNonce()}", rspauth="x"` } : {}
      return { headers, body: `<!doctype html><title>Reports</title><p>Reports for ${account.username}</p>` }
    }
    return { status: 401, headers: { 'www-authenticate': challenges(outcome === 'stale') }, body: '<title>401</title>Authentication required' }
  }, options)
  return { ...site, url: `${site.origin}/reports?year=2026`, accounts: [account], counts, expireNonces: () => nonces.clear() }
}

function fieldsOf(authorization: string): Map<string, string> {
  const pairs = authorization.replace(/^Digest /, '').matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))/g)
  return new Map([...pairs].map(([, name = '', quoted, plain = '']) => [name, quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')]))
}

/** RFC 7616 section 3.4: `username*=UTF-8''...` where a quoted string cannot hold it. */
function nameIn(given: ReadonlyMap<string, string>): string {
  const extended = given.get('username*')
  return extended === undefined ? (given.get('username') ?? '') : decodeURIComponent(extended.replace(/^UTF-8''/, ''))
}
