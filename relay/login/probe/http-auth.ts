/** How HTTP authentication schemes are written; others stay as the site writes them. */
const known: Readonly<Record<string, string>> = { basic: 'Basic', digest: 'Digest', ntlm: 'NTLM', negotiate: 'Negotiate', bearer: 'Bearer' }

/**
 * The schemes that a `WWW-Authenticate` field offers. RFC 9110 section 11.6.1: a list of challenges, each a scheme and perhaps parameters;
 * a word that an equals sign follows is a parameter, and what stands in quotes is neither.
 */
export function authSchemes(challenge: string | undefined): string[] {
  if (challenge === undefined) return []
  // A string without its end goes on to the field's.
  const bare = challenge.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g, '""')
  const words = [...bare.matchAll(/(?:^|,)\s*([A-Za-z][A-Za-z0-9-]*)(?=\s+[^\s=]|\s*(?:,|$))/g)].map(([, word = '']) => word)
  return [...new Set(words.map((word) => known[word.toLowerCase()] ?? word))]
}
