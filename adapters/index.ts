/**
 * Adapters: the plugins that know how a kind of site signs in, and the kit to write one.
 *
 * An adapter holds handles of secrets, never values. Keeps laws 2 and 3.
 */
export type * from './contract.ts'
export { SignInFailure } from './contract.ts'
