import { isIP } from 'node:net'
import { hostName } from './host-rule.ts'

/** What pages may load and do: their own style, script, images and addresses. */
const pagePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/**
 * On every answer. The referrer goes to the portal itself and to nobody else: with `no-referrer`, browsers would send `Origin: null` with the
 * portal's own forms (Fetch standard, section 3.2), and the origin check could tell nothing.
 */
export function securityHeaders({ secure, host }: { secure: boolean; host: string | undefined }): Record<string, string> {
  return {
    'content-security-policy': pagePolicy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cache-control': 'no-store',
    ...(secure && keepsTls(host) ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
}

/** HSTS counts for every port of a name (RFC 6797 section 8.3): on `localhost` it would break all else that is served there. */
function keepsTls(host: string | undefined): boolean {
  const name = hostName(host)
  return name !== undefined && name !== 'localhost' && !name.startsWith('[') && isIP(name) === 0
}
