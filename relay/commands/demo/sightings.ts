/** How often a password stands in some bytes, in any form it is likely to take (law 1). */
export function sightings(password: string, bytes: Buffer): number {
  return formsOf(password).reduce((count, form) => count + occurrences(form, bytes), 0)
}

/** Raw, URL-encoded, base64 at its three alignments, hex in both cases, JSON-escaped; each once. */
function formsOf(password: string): Buffer[] {
  const raw = Buffer.from(password)
  const hex = raw.toString('hex')
  const texts = [
    password,
    encodeURIComponent(password),
    JSON.stringify(password).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].map((shift) => base64Core(raw, shift)),
  ]
  return [...new Set(texts)].map((text) => Buffer.from(text))
}

/** The base64 characters that depend on these bytes alone, with `shift` unknown bytes before them. */
function base64Core(raw: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), raw])
    .toString('base64')
    .replace(/=+$/, '')
  const from = Math.ceil((shift * 8) / 6)
  const to = Math.floor(((shift + raw.length) * 8) / 6)
  return text.slice(from, to)
}

function occurrences(form: Buffer, bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(form); at !== -1; at = bytes.indexOf(form, at + 1)) count += 1
  return count
}
