import { upstreamProxyForm, upstreamVariablePrefix } from '../../../config/index.ts'
import { RelayError } from '../../errors.ts'

/** A proxy on the way to sites. */
export interface UpstreamProxy {
  readonly scheme: 'http' | 'https' | 'socks5'
  readonly host: string
  readonly port: number
  readonly credentials?: { readonly user: string; readonly password: string }
}

const defaultPorts = { http: 8080, https: 443, socks5: 1080 } as const

/**
 * The proxy that an option names; undefined: the direct way. Credentials stand in the environment alone, together with the address they
 * are for, so that no other setting can send them elsewhere. `upstream_proxy_failed` when it cannot be read: there is no other way then.
 */
export function readUpstreamProxy(text: string, env: NodeJS.ProcessEnv): UpstreamProxy | undefined {
  if (!upstreamProxyForm.test(text)) throw failed(text, 'it is not an address of a proxy')
  if (text === 'direct') return undefined
  if (!text.startsWith('env:')) return parse(text, text)
  const variable = upstreamVariablePrefix + text.slice('env:'.length)
  const given = env[variable]
  if (given === undefined || given === '') throw failed(variable, 'the variable is not set')
  return parse(given, variable)
}

/** `name` stands in errors: the text may hold a password. */
function parse(text: string, name: string): UpstreamProxy {
  const [, scheme] = /^(https?|socks5):\/\//.exec(text) ?? []
  // The URL standard knows no default port for a scheme of its own, and drops 443 of https.
  const url = scheme === undefined ? null : URL.parse(text.replace(/^\w+:/, 'ftps:'))
  if (url === null || url.hostname === '' || !['', '/'].includes(url.pathname)) throw failed(name, 'it is not an address of a proxy')
  const known = scheme as UpstreamProxy['scheme']
  return {
    scheme: known,
    host: url.hostname,
    port: url.port === '' ? defaultPorts[known] : Number(url.port),
    ...(url.username === '' ? {} : { credentials: { user: decode(url.username, name), password: decode(url.password, name) } }),
  }
}

function decode(text: string, name: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw failed(name, 'its user name or password is not percent-encoded as it should be')
  }
}

export function failed(proxy: string, reason: string, cause?: unknown): RelayError {
  return new RelayError('upstream_proxy_failed', { params: { proxy, reason }, ...(cause === undefined ? {} : { cause }) })
}

/** How it is called in errors: without its credentials. */
export function nameOf({ scheme, host, port }: UpstreamProxy): string {
  return `${scheme}://${host}:${port}`
}
