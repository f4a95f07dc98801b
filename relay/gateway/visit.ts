import type { Account, Site } from '../accounts/index.ts'
import type { Pass } from './passes.ts'

/** Who has come, with which account of his. */
export interface Visit {
  readonly pass: Pass
  readonly account: Account
  readonly site: Site
}
