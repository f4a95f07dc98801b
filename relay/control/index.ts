/**
 * Control: who may use what. Pure decisions: facts in, verdict and reason out. Each is a table of rules; the first that
 * matches decides, and every rule and decision can `explain` itself. The facts of what is lent are kept beside them (`grants/`).
 *
 * Refuses everything no rule allows: other people's accounts to an administrator, changes of any kind to a device, more than use to who
 * borrowed. Keeps laws 1, 5 and 7.
 */
export type { AccountDecision, Action } from './actions.ts'
export { checkAllowed } from './check-allowed.ts'
export { accountRules, decide } from './decide.ts'
export { administrationRules, decideAdministration } from './decide-administration.ts'
export { decideAudit } from './decide-audit.ts'
export { type DeviceAction, decideDevice, deviceRules } from './decide-device.ts'
export { decidePath } from './decide-path.ts'
export {
  type AccessRequest,
  approvalRules,
  type Borrower,
  createGrantFiles,
  createGrants,
  createPlaces,
  decideApproval,
  emergencyFrom,
  explainTerms,
  type Grant,
  type Grantee,
  type GrantFiles,
  type Grants,
  type GrantTerms,
  granteeOf,
  grantRules,
  type Hours,
  type LendingFacts,
  type LentAccount,
  namedAccount,
  openDatabase as openPlacesDatabase,
  termLines,
  userIds,
} from './grants/index.ts'
export { isPaired, isWithinPairing, isWithoutCookies } from './paired.ts'
export { type AskedPath, addressField, deniedPath } from './paths/denied-path.ts'
export { hasOtherMethodParam, isOtherMethodField } from './paths/other-method.ts'
export { type Decision, explain, type Rule } from './rule.ts'
