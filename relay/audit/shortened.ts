import type { AuditEntry, Who } from './contract.ts'

const mostCharacters = 200

/** Clients choose some of these texts: a record stays small. */
export function shortened(entry: AuditEntry): AuditEntry & { readonly who: Who } {
  return { who: { kind: 'relay' }, ...cut(entry) }
}

function cut<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => {
      if (part === undefined) return []
      if (typeof part === 'string') return [[key, part.length > mostCharacters ? `${part.slice(0, mostCharacters).toWellFormed()}…` : part]]
      return [[key, typeof part === 'object' && part !== null ? cut(part) : part]]
    }),
  ) as T
}
