import type { Identity, Principal } from '../../identity/index.ts'

export type DevicePrincipal = Extract<Principal, { kind: 'device' }>

/** The device behind a Proxy-Authorization value: Basic with its name and token (RFC 7617). Undefined: nobody known. */
export function readDevice(authorization: string | undefined, identity: Pick<Identity, 'devicePrincipal'>): DevicePrincipal | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 ? undefined : identity.devicePrincipal(pair.slice(colon + 1), pair.slice(0, colon))
}

/** The device and its user as a sender. */
export function nameOf({ user, device }: DevicePrincipal) {
  return { userId: user.id, deviceId: device.id, userName: user.name, deviceName: device.name }
}
