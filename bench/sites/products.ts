import type { BenchSite } from './sites.ts'

/** Real products that can be started here: a row each, beside the sample servers. */
export const products: readonly BenchSite[] = []
