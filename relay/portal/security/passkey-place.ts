import { isIP } from 'node:net'
import type { PasskeyPlace } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'

/**
 * Where this browser can use passkeys; undefined: not at the address by which it came. Browsers want a name, not an IP address, over HTTPS or at
 * `localhost` (WebAuthn section 5.1.2, RP ID). It is the portal's public address, and, while none is configured, `localhost` at its own port.
 */
export function passkeyPlace({ url, config }: Pick<Rooms, 'url' | 'config'>, hostHeader: string | undefined): PasskeyPlace | undefined {
  const own = new URL(url())
  const here = hostHeader?.toLowerCase()
  const atLocalhost = new URL(own)
  atLocalhost.hostname = 'localhost'
  const known = config.portal.publicUrl === undefined ? [own, atLocalhost] : [own]
  const place = known.find(({ host }) => host === here)
  if (place === undefined || isIP(place.hostname) !== 0 || place.hostname.startsWith('[')) return undefined
  if (place.protocol !== 'https:' && place.hostname !== 'localhost') return undefined
  return { origin: place.origin, host: place.hostname }
}

/** What to do where passkeys do not work, in the catalogue's way: what stands in backticks is code. */
export function passkeyAdvice({ url, config }: Pick<Rooms, 'url' | 'config'>): string {
  const own = new URL(url())
  const name = isIP(own.hostname) === 0 && !own.hostname.startsWith('[')
  if (name && (own.protocol === 'https:' || own.hostname === 'localhost')) return `Open the portal at \`${own.origin}\`.`
  own.hostname = 'localhost'
  const here = config.portal.publicUrl === undefined ? `On the machine of the relay, open \`${own.origin}\`. ` : ''
  return `${here}For everybody else, whoever runs the relay gives the portal a name and HTTPS: \`portal.publicUrl\`.`
}
