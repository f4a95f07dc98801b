/** So long is the name of a place at most. Characters as JavaScript counts them. */
export const longestName = 200

/** Whether that can be a name of a place: whatever a relay says of an address, terms may name. */
export function isPlaceName(text: string): boolean {
  return text !== '' && text.length <= longestName && text === text.trim() && !/\p{Cc}/u.test(text)
}
