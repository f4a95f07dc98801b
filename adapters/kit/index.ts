/**
 * The kit: what an adapter of one's own imports as `login-relay/adapters` where it runs, in a process of its own. It opens nothing and
 * reads nothing.
 */
export { SignInFailure } from '../contract.ts'
export { type AdapterDefinition, adapterProblem, defineAdapter } from '../define-adapter.ts'
export { transform } from '../transform/transform.ts'
