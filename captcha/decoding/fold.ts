import type { Step } from './beam.ts'

/**
 * Steps for a site that does not tell capitals from small letters: a letter's two cases are one, as likely as both together. Written small,
 * or as the `alphabet` has it.
 */
export function folded(steps: readonly Step[], alphabet: string | undefined): Step[] {
  const capitals = new Set([...(alphabet ?? '')].filter((character) => !alphabet?.includes(character.toLowerCase())))
  return steps.map((step) => {
    const merged = new Map<string, number>()
    for (const [character, share] of step) {
      const key = capitals.has(character.toUpperCase()) ? character.toUpperCase() : character.toLowerCase()
      merged.set(key, (merged.get(key) ?? 0) + share)
    }
    return merged
  })
}
