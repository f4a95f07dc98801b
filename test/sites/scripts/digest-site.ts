import { createHash } from 'node:crypto'
import iconv from 'iconv-lite'
import { type BusinessSite, type SiteOptions, seeOther, serve } from '../serve.ts'

export interface DigestSite extends BusinessSite {
  /** SHA-256 of the bytes of each password received, hex, in order. */
  readonly digests: readonly string[]
  /** The user names received, in order. */
  readonly usernames: readonly string[]
}

/** Signs in whoever comes, and tells the SHA-256 of the password's bytes as they arrived. For passwords of any characters. */
export async function startDigestSite({ charset = 'utf-8', ...options }: SiteOptions & { charset?: string } = {}): Promise<DigestSite> {
  const digests: string[] = []
  const usernames: string[] = []
  const site = await serve((request) => {
    if (request.path === '/login' && request.method === 'POST') {
      digests.push(createHash('sha256').update(bytesOf(request.body, 'password')).digest('hex'))
      usernames.push(iconv.decode(bytesOf(request.body, 'username'), charset, { stripBOM: false }))
      return seeOther('/home', ['sid=1; Path=/; HttpOnly'])
    }
    if (request.path === '/login')
      return {
        headers: { 'content-type': `text/html; charset=${charset}` },
        body: '<!doctype html><form method="post"><input name="username"><input type="password" name="password"><button>Log in</button></form>',
      }
    return { body: `<!doctype html><p id="digest">${digests.at(-1) ?? ''}</p><a href="/logout">Log out</a>` }
  }, options)
  return { ...site, digests, usernames }
}

/** A field's bytes, percent-decoded without any charset. */
function bytesOf(body: Buffer, field: string): Buffer {
  const pair = body
    .toString('latin1')
    .split('&')
    .find((text) => text.startsWith(`${field}=`))
  const encoded = (pair ?? '').slice(field.length + 1).replaceAll('+', ' ')
  return Buffer.from(
    encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}
