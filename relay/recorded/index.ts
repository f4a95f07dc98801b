/**
 * Recorded: rooms whose acts go into the audit, each before it takes effect. app.ts puts these in the place of the rooms themselves, so
 * that nobody above can pass the record by.
 *
 * Refuses: an act whose record cannot be written. Writes no secret: names of fields and things, and keyed hashes of tickets,
 * placeholders and names that are nobody's. Keeps law 1.
 */
export { recordedAccounts } from './recorded-accounts.ts'
export { recordedCertificates } from './recorded-certificates.ts'
export { recordedGrants } from './recorded-grants.ts'
export {
  recordedChoices,
  recordedFactors,
  recordedIdentity,
  recordedInvites,
  recordedPairings,
  recordedPasskeys,
  recordedPhrases,
} from './recorded-identity.ts'
export { recordedNotices } from './recorded-notices.ts'
export { recordEnds, recordedLogin, recordedSessions } from './recorded-sessions.ts'
export { recordedVault } from './recorded-vault.ts'
export { Repeats } from './repeats.ts'
