/**
 * Control: who may use what. Pure decisions: facts in, verdict and reason out.
 *
 * Refuses everything no rule allows. Keeps law 7.
 */
export { type Action, type Decision, decide } from './decide.ts'
