import { type BusinessSite, type SiteOptions, serve } from './serve.ts'

export interface BasicSite extends BusinessSite {
  readonly accounts: readonly { readonly username: string; readonly password: string }[]
  /** How often a credential was presented, and how often it was refused. */
  readonly counts: { presented: number; refused: number }
}

/** HTTP Basic (RFC 7617) over the whole server. */
export async function startBasicSite(options: SiteOptions & { username?: string; password?: string } = {}): Promise<BasicSite> {
  const account = { username: options.username ?? 'ann', password: options.password ?? 'correct: horse' }
  const expected = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`
  const counts = { presented: 0, refused: 0 }
  const site = await serve((request) => {
    const { authorization } = request.headers
    if (authorization !== undefined) counts.presented += 1
    if (authorization === expected) return { body: `<!doctype html><title>Reports</title><p>Reports for ${account.username}</p>` }
    if (authorization !== undefined) counts.refused += 1
    return {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="Reports, internal", charset="UTF-8"' },
      body: '<title>401</title>Authentication required',
    }
  }, options)
  return { ...site, url: `${site.origin}/reports`, accounts: [account], counts }
}
