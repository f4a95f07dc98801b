/**
 * Accounts: the sites that are enrolled and the accounts people keep there.
 *
 * Refuses: a site on a public suffix, two sites at one origin, a second account of the same name. Gives credentials as handles
 * only, scoped to the site's origins and sealed to them: a site whose origins or CA were changed in the store gets no secret.
 * Keeps laws 1, 2, 3 (attention) and 5.
 */
export { type AccountChoices, createAccountChoices } from './account-choices.ts'
export { createAccounts } from './accounts.ts'
export type {
  Account,
  AccountProposal,
  Accounts,
  Attention,
  AttentionReason,
  CookieKind,
  Credential,
  CredentialVersion,
  Delivery,
  DenyPaths,
  KeepAlivePolicy,
  LoginPageSeen,
  PendingPassword,
  Proposal,
  RotationPolicy,
  Site,
} from './contract.ts'
export type { CharacterClass, PasswordRules } from './credentials/new-password.ts'
export { createDeclarations, type Declarations, type FoundDeclaration, type Reloaded } from './declarations/declarations.ts'
export { cookieRules } from './rules/cookie-rules.ts'
export { checkDenyPaths } from './rules/deny-paths.ts'
export { keepAliveOf } from './rules/keep-alive-policy.ts'
export { changeOf, type SiteChange } from './sites/site-change.ts'
