/**
 * Identity: who is asking. Users with passwords (scrypt), portal sessions, device tokens and certificates.
 *
 * Refuses: guessing (growing delay per user and per address), user enumeration, a flood of password checks, a revoked device.
 * Stores hashes only: of passwords, cookies and tokens. Keeps laws 1 and 7.
 */
export type { Device, Identity, ListedPortalSession, PortalSession, Principal, User } from './contract.ts'
export { createDeviceCertificates, type DeviceCertificates, type DeviceCertificatesOptions, type IssuedCertificate } from './device-certificates.ts'
export { GrowingWaits, networkOf, type WaitRules } from './growing-waits.ts'
export { createIdentity, type IdentityOptions } from './identity.ts'
