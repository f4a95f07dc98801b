/** An error as the log may have it: an adapter's own error can quote a page, and a page can quote the password. */
export function safeCause(error: unknown, safe: (text: string) => string, depth = 0): Error {
  if (!(error instanceof Error)) return new Error(safe(String(error)))
  const copy = new Error(safe(error.message))
  copy.name = safe(error.name)
  copy.stack = safe(error.stack ?? '')
  for (const key of ['code', 'detail'] as const) {
    const value = (error as unknown as Record<string, unknown>)[key]
    if (typeof value === 'string') Object.assign(copy, { [key]: safe(value) })
  }
  if (error.cause !== undefined && depth < 3) copy.cause = safeCause(error.cause, safe, depth + 1)
  return copy
}
