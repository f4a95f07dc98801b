import { RelayError } from '../../errors.ts'
import type { DenyPaths } from '../contract.ts'

const most = 100
/** A path, or a path and what the query must hold; `*` stands for one segment. Visible ASCII: anything else is written in escapes. */
const form = /^\/(?!\/)[!-"$->@-~]*(?:\?[!-"$->@-~]+=[!-"$->@-~]*)?$/

/** As it is kept. `bad_request`. */
export function checkDenyPaths({ paths, owner }: DenyPaths): DenyPaths {
  if (paths.length === 0 || paths.length > most) reject(`it names 1 to ${most} paths`)
  for (const path of paths) {
    if (path.length > 500 || !form.test(path)) reject('a path begins with one slash; it is ASCII without spaces, and may have a query with `=`')
    if (/^\/(?:\.{0,2}\/)*\.{0,2}$/.test(path)) reject('the path `/` is the whole site')
  }
  return { paths: [...paths], ...(owner === true ? { owner } : {}) }
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem: `in denyPaths, ${problem}` } })
}
