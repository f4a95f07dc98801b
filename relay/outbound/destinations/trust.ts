import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** The certificates a site's certificate must lead to: what this Node and this system trust, and the site's own CA. */
export interface Trust {
  /** `ca`: PEM beside the system's roots. */
  context(ca: string | undefined): SecureContext
}

/** Contexts are costly (some hundred roots are parsed), so one serves all sites with the same CA. */
export function createTrust(): Trust {
  const contexts = new Map<string, SecureContext>()
  let roots: string[] | undefined
  return {
    context(ca = '') {
      const known = contexts.get(ca)
      if (known !== undefined) return known
      roots ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
      const made = createSecureContext({ ca: ca === '' ? roots : [...roots, ca] })
      contexts.set(ca, made)
      return made
    },
  }
}
