/**
 * Identity: who is asking. Users with passwords (scrypt) and second factors (authenticator app, recovery codes), passkeys, portal sessions, device tokens and certificates.
 *
 * Refuses: guessing (growing delay per user and per address), user enumeration, a flood of password checks, a revoked device.
 * Stores hashes only: of passwords, cookies, tokens and recovery codes; the key of an authenticator app is sealed in the vault. Keeps laws 1 and 7.
 */
export type { Device, Identity, ListedPortalSession, PairedTerminal, PasskeyPlace, PasskeyUse, PortalSession, Principal, SignedIn, User } from './contract.ts'
export { createDeviceCertificates, type DeviceCertificates } from './device-certificates.ts'
export { GrowingWaits, networkOf } from './growing-waits.ts'
export { createIdentity, type IdentityOptions } from './identity.ts'
export { createInvites, type Invites } from './invites.ts'
export { type AskingTerminal, createPairings, nameOfTerminal, type Pairings, pollInterval } from './pairings.ts'
export { createPasskeys, type Passkey, type Passkeys } from './passkeys.ts'
export { createPhrases, type Phrases } from './phrases.ts'
export { type AuthenticatorOffer, createSecondFactors, type SecondFactor, type SecondFactors } from './second-factors.ts'
export { type ShownCertificate, shownCertificate } from './shown-certificate.ts'
