/** The first value of a header field in a flat list; '' where there is none. */
export function fieldOf(flat: readonly string[], name: string): string {
  for (let index = 0; index + 1 < flat.length; index += 2) if (flat[index]?.toLowerCase() === name) return flat[index + 1] ?? ''
  return ''
}
