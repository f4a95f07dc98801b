/** A site's cookie for the gateway's host: for this host alone, over TLS alone, for no page of another site. */
export function clientCookieLine(line: string): string {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const kept = attributes.filter((attribute) => /^(?:path|expires|max-age)[ \t]*=/i.test(attribute))
  const sameSite = attributes.find((attribute) => /^samesite[ \t]*=[ \t]*strict$/i.test(attribute))
  return [pair, ...kept, 'Secure', sameSite ?? 'SameSite=Lax'].join('; ')
}
