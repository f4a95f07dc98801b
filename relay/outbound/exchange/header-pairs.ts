/** Header fields as they were received: name, value, repeated names repeated. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[]

/** From name, value, name, value. */
export function headerPairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (let index = 0; index + 1 < flat.length; index += 2) found.push([flat[index] as string, flat[index + 1] as string])
  return found
}

/** RFC 9110 section 5.3: the values of a repeated field are one list. */
export function valuesOf(headers: HeaderPairs, name: string): string {
  return headers
    .filter(([key]) => key.toLowerCase() === name)
    .map(([, value]) => value)
    .join(',')
}
