// This door of the library knows the legacy encodings.
import '@exodus/bytes/encoding.js'
import { percentEncodeAfterEncoding } from '@exodus/bytes/whatwg.js'
import { outputEncoding } from './encoding.ts'

/**
 * An address as it stands in a page: its query is written in the page's encoding, all else in UTF-8 (HTML standard, section 2.4.2,
 * "encoding-parse a URL"). Undefined: none.
 */
export function parseAddress(text: string, base: URL, encoding: string): URL | undefined {
  const charset = outputEncoding(encoding)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII and all else
  if (charset === 'UTF-8' || /^[\u0000-\u007f]*$/.test(text)) return URL.parse(text, base.href) ?? undefined
  const [, path = '', query = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text.replace(/[\t\n\r]/g, '')) ?? []
  return URL.parse(path + percentEncodeAfterEncoding(charset, query, '') + hash, base.href) ?? undefined
}
