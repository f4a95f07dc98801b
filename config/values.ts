/** What a file or the environment says, before the schema has judged it. */
export type Values = Record<string, unknown>

export function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of keys; own keys alone. */
export function valueAt(values: Values, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isValues(value) && Object.hasOwn(value, key) ? value[key] : undefined), values)
}

/** The same values with one set; sections on the way are made, and what is no section is left for the schema to refuse. */
export function withValue(values: Values, [key = '', ...rest]: readonly string[], value: unknown): Values {
  if (rest.length === 0) return { ...values, [key]: value }
  const section = values[key] ?? {}
  return isValues(section) ? { ...values, [key]: withValue(section, rest, value) } : values
}
