/** No name or password that fits its limit is longer in UTF-16 units; longer ones are not even looked at. */
export const readLimit = 8192

/** Counted as code points. */
export function isLongerThan(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || [...text].length > limit)
}
