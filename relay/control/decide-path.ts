import type { DenyPaths } from '../accounts/index.ts'
import { type AskedPath, deniedPath } from './paths/denied-path.ts'

/** Paths that somebody keeps clients off, and whose word that is. */
interface DenyingLists {
  readonly site?: DenyPaths | undefined
  readonly account?: DenyPaths | undefined
}

/** `whose` word it is; `path`: as it stands there. */
export interface PathDenial {
  readonly whose: keyof DenyingLists
  readonly path: string
}

/**
 * Is this request for a path that its account is kept off? Undefined: no. What is asked by the owner's own devices is kept off only where the
 * list says so.
 */
export function decidePath(lists: DenyingLists, isOwner: boolean, asked: AskedPath): PathDenial | undefined {
  for (const whose of ['site', 'account'] as const) {
    const list = lists[whose]
    const path = list === undefined || (isOwner && list.owner !== true) ? undefined : deniedPath(list.paths, asked)
    if (path !== undefined) return { whose, path }
  }
  return undefined
}
