import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

/** What an answer to a form says, as far as it can be read in passing. */
export interface PassedAnswer {
  readonly status: number
  readonly contentType: string
  readonly contentEncoding: string
  /** The body's beginning, as it came. */
  readonly body: Buffer
}

const mostText = 1_048_576

/** Is it plain that the site refused the form? Where it is not, a sign-in is what tells. */
export function isRefused({ status, contentType, contentEncoding, body }: PassedAnswer): boolean {
  if (status >= 400) return true
  if (status >= 300) return false
  const text = decoded(body, contentEncoding)
  if (/json/i.test(contentType)) return saysNo(text)
  // The form came back.
  return /html/i.test(contentType) && (text.match(/<input\b[^<>]*\btype\s*=\s*["']?password\b/gi)?.length ?? 0) >= 2
}

function saysNo(text: string): boolean {
  try {
    const said = JSON.parse(text) as Record<string, unknown> | null
    if (typeof said !== 'object' || said === null) return said === false
    if (said.success === false || said.ok === false || said.result === false) return true
    if (isSomething(said.error) || isSomething(said.errors)) return true
    if (/^(?:error|fail(?:ed|ure)?|invalid)$/i.test(String(said.status ?? said.result ?? ''))) return true
    return said.code !== undefined && !/^(?:0+|2\d\d|20000|ok|success)$/i.test(String(said.code))
  } catch {
    return false
  }
}

function isSomething(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== '' && !(typeof value === 'object' && Object.keys(value).length === 0)
}

function decoded(body: Buffer, contentEncoding: string): string {
  try {
    const limit = { maxOutputLength: mostText }
    switch (contentEncoding.trim().toLowerCase()) {
      case '':
      case 'identity':
        return body.toString()
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, limit).toString()
      case 'br':
        return brotliDecompressSync(body, limit).toString()
      case 'deflate':
        return inflateSync(body, limit).toString()
      default:
        return ''
    }
  } catch {
    return ''
  }
}
