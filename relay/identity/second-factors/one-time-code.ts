import { generateSecret, generateURI, verifySync } from 'otplib'

/** Seconds: what every authenticator app knows (RFC 6238). */
const period = 30

/** 160 random bits, base32 (RFC 4226 section 4, R6). */
export function newAuthenticatorKey(): string {
  return generateSecret()
}

/** The otpauth address that a QR code carries. */
export function authenticatorAddress(secret: string, issuer: string, label: string): string {
  return generateURI({ issuer, label, secret })
}

/**
 * The step of the code, when it fits: the present one or a neighbour, for clocks differ (RFC 6238 section 5.2), and later than `after`,
 * so that none is good twice. Undefined: it does not.
 */
export function stepOfCode(secret: string, code: string, milliseconds: number, after: number): number | undefined {
  const token = code.replace(/\s+/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const epoch = Math.floor(milliseconds / 1000)
  const result = verifySync({ secret, token, epoch, epochTolerance: period, period })
  if (!result.valid || !('timeStep' in result)) return undefined
  return result.timeStep > after ? result.timeStep : undefined
}
