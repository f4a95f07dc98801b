/**
 * Control: who may use what. Pure decisions: facts in, verdict and reason out. Each is a table of rules; the first that
 * matches decides, and every rule and decision can `explain` itself.
 *
 * Refuses everything no rule allows: other people's accounts to an administrator, changes of any kind to a device. Keeps law 7.
 */
export { type Action, accountRules, decide } from './decide.ts'
export { administrationRules, decideAdministration } from './decide-administration.ts'
export { decideAudit } from './decide-audit.ts'
export { type DeviceAction, decideDevice, deviceRules } from './decide-device.ts'
export { decidePath } from './decide-path.ts'
export { type AskedPath, deniedPath } from './paths/denied-path.ts'
export { type Decision, explain, type Rule } from './rule.ts'
