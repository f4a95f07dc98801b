/**
 * Every error a person or a tool can meet, by subject: code, HTTP status, exit code, safe text, what to do next.
 *
 * Callers match `code`, never text. `text` and `next` may name `{param}`s; a param is a value that cannot carry a
 * secret (an id, a file, a key name). What was seen of an untrusted or secret-bearing input belongs in `detail`, which
 * goes to the log only. A test holds this catalogue and docs/errors.md equal.
 */

import { accountsErrors } from './error-catalogue/accounts.ts'
import { connectingErrors } from './error-catalogue/connecting.ts'
import { grantsErrors } from './error-catalogue/grants.ts'
import { keepingErrors } from './error-catalogue/keeping.ts'
import { requestsErrors } from './error-catalogue/requests.ts'
import type { ErrorRow } from './error-catalogue/row.ts'
import { runningErrors } from './error-catalogue/running.ts'
import { sitesErrors } from './error-catalogue/sites.ts'
import { trafficErrors } from './error-catalogue/traffic.ts'

export type { ErrorRow } from './error-catalogue/row.ts'

export const catalogue = {
  ...requestsErrors,
  ...keepingErrors,
  ...sitesErrors,
  ...accountsErrors,
  ...grantsErrors,
  ...trafficErrors,
  ...runningErrors,
  ...connectingErrors,
} as const satisfies Record<string, ErrorRow>
