import sniff from 'html-encoding-sniffer'
import iconv from 'iconv-lite'
import { parseHtml } from './parse-html.ts'
import { attribute, elements } from './walk.ts'

export interface DecodedPage {
  readonly text: string
  /** The encoding's name (WHATWG Encoding standard): forms of the page are sent in it. */
  readonly encoding: string
}

/** A page's bytes as text: byte-order mark, then the header's charset, then what the page says of itself (HTML standard, section 13.2.3.2). */
export function decodePage(bytes: Buffer, contentType: string | undefined): DecodedPage {
  const label = charsetOf(contentType)
  const transport = label === undefined ? {} : { transportLayerEncodingLabel: label }
  const sniffed = sniff(bytes, transport)
  const isGuess = sniff(bytes, { ...transport, defaultEncoding: 'UTF-8' }) !== sniffed
  const encoding = isGuess ? (lateDeclaration(bytes) ?? sniffed) : sniffed
  return { encoding, text: decode(bytes, encoding) }
}

/** A declaration beyond the first kilobyte: the parser meets it and changes the encoding (HTML standard, section 13.2.3.4). */
function lateDeclaration(bytes: Buffer): string | undefined {
  for (const element of elements(parseHtml(bytes.toString('latin1')).root)) {
    if (element.tagName !== 'meta') continue
    const isContentType = attribute(element, 'http-equiv')?.toLowerCase() === 'content-type'
    const label = attribute(element, 'charset') ?? (isContentType ? charsetOf(`;${attribute(element, 'content') ?? ''}`) : undefined)
    if (label === undefined || !isEncoding(label)) continue
    // Declared in bytes that were read as ASCII, it cannot be UTF-16.
    const { encoding } = new TextDecoder(label)
    return encoding.startsWith('utf-16') ? 'UTF-8' : encoding
  }
  return undefined
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}

/** The charset parameter of a Content-Type. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1]
}

export function decode(bytes: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding).decode(bytes)
  } catch {
    // x-user-defined and the like: not every name of the standard is in this Node's ICU.
    return iconv.encodingExists(encoding) ? iconv.decode(bytes, encoding) : bytes.toString('latin1')
  }
}
