/**
 * Derivation: what a page's script makes of a password before it sends it, as data and as pure functions. The HTTP agent evaluates it
 * with the secret; an adapter builds it, and evaluates it only where no secret is in it.
 *
 * Refuses: keys and salts that cannot be used, and says so without quoting them. Knows no secret of its own.
 */
export { type Derivation, derive, type Format } from './derive.ts'
export { type Operation, operations } from './operations.ts'
