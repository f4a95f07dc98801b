/**
 * Grants: what owners lend, to whom, on which terms; requests for it, and the groups it can be lent to.
 *
 * Refuses: to lend for anything but use; to decide for oneself; a place or a network that is not known. What is revoked is over before
 * anything is waited for. Keeps laws 1, 5 and 7.
 */
export type { AccessRequest, Borrower, Grant, Grantee, GrantTerms, Hours, LentAccount } from './contract.ts'
export { approvalRules, decideApproval } from './decide-approval.ts'
export { emergencyFrom, grantRules, type LendingFacts } from './decide-lent.ts'
export { explainTerms, termLines } from './explain-terms.ts'
export { createGrantFiles, type GrantFiles } from './grant-files.ts'
export { createGrants } from './grants.ts'
export { granteeOf, namedAccount, userIds } from './names.ts'
export { openDatabase } from './places/by-database.ts'
export { createPlaces } from './places/create-places.ts'
export type { Grants } from './port.ts'
