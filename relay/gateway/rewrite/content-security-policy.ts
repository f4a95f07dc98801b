import type { OriginMap } from './origin-map.ts'

/** Directives of Content Security Policy Level 3 that hold sources. */
const withSources = /^(?:[a-z]+-src(?:-elem|-attr)?|frame-ancestors|form-action|base-uri|navigate-to)$/i

/**
 * A policy with the gateway's origins beside the site's. A source without a scheme, or with a wildcard, keeps what it allows and
 * allows the gateway's host of what it named. Reports go nowhere: they would tell the site the gateway's addresses.
 */
export function rewritePolicy(policy: string, map: OriginMap): string {
  return policy
    .split(';')
    .map((directive) => {
      const [name = '', ...sources] = directive.trim().split(/\s+/)
      if (name === '') return ''
      if (/^(?:report-uri|report-to)$/i.test(name)) return ''
      if (!withSources.test(name)) return directive.trim()
      return [name, ...sources, ...added(sources, map)].join(' ')
    })
    .filter((directive) => directive !== '')
    .join('; ')
}

function added(sources: readonly string[], map: OriginMap): string[] {
  const own = new Set<string>()
  for (const source of sources) {
    const [, scheme = '', host = ''] = /^(?:([a-z]+):\/\/)?([^/'\s]+)/i.exec(source) ?? []
    if (host === '' || (scheme === '' && host.endsWith(':'))) continue
    map.siteHosts.forEach((siteHost, i) => {
      if (!covers(host.toLowerCase(), siteHost)) return
      const gateway = map.gatewayOrigins[i] as string
      own.add(/^wss?$/i.test(scheme) ? gateway.replace(/^https/, 'wss') : gateway)
    })
  }
  return [...own]
}

/** Section 6.7.2.8, without paths. */
function covers(pattern: string, host: string): boolean {
  const [patternHost = '', patternPort] = pattern.split(':')
  const [name = '', port] = host.split(':')
  if (patternPort !== undefined && patternPort !== '*' && patternPort !== port) return false
  return patternHost === '*' || patternHost === name || (patternHost.startsWith('*.') && name.endsWith(patternHost.slice(1)))
}
