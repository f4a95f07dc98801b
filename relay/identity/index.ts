/**
 * Identity: who is asking. Users with passwords (scrypt) and second factors (authenticator app, recovery codes), passkeys, portal sessions, device tokens and
 * certificates; how people come in (invitations), terminals that a phone pairs (RFC 8628), and the phrase by which a person knows the sign-in page.
 *
 * Refuses: guessing (growing delay per user and per address), user enumeration, a flood of password checks, a revoked device, a link or a pairing a second time.
 * Stores hashes only: of passwords, cookies, tokens, links and recovery codes; the key of an authenticator app and phrases are sealed in the vault. Pairings
 * that wait for an answer are in memory alone. Keeps laws 1, 4 and 7.
 */
export type { Device, Identity, ListedPortalSession, PairedTerminal, PasskeyPlace, PasskeyUse, Principal, SignedIn, User } from './contract.ts'
export { createDeviceCertificates, type DeviceCertificates } from './devices/device-certificates.ts'
export { type ShownCertificate, shownCertificate } from './devices/shown-certificate.ts'
export { createIdentity, type IdentityOptions } from './identity.ts'
export { type AskingTerminal, createPairings, nameOfTerminal, type Pairings, pollInterval } from './pairing/pairings.ts'
export { createPasskeys, type NewPasskey, type Passkey, type Passkeys } from './passkeys/passkeys.ts'
export { checkNewPassword } from './passwords/password-rules.ts'
export { type ChosenWay, createInvites, type Invite, type Invites } from './people/invites.ts'
export { loadUser } from './people/load-user.ts'
export { createPhrases, type Phrases } from './people/phrases.ts'
export { type AuthenticatorOffer, createSecondFactors, type SecondFactor, type SecondFactors } from './second-factors/second-factors.ts'
export { GrowingWaits, networkOf } from './throttle/growing-waits.ts'
export { hashToken } from './token.ts'
export { checkUserName, nameKey } from './user-rules.ts'
