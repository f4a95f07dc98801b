import sniff from 'html-encoding-sniffer'
import iconv from 'iconv-lite'

export interface DecodedPage {
  readonly text: string
  /** The encoding's name (WHATWG Encoding standard): forms of the page are sent in it. */
  readonly encoding: string
}

/** A page's bytes as text: byte-order mark, then the header's charset, then what the page says of itself (HTML standard, section 13.2.3.2). */
export function decodePage(bytes: Buffer, contentType: string | undefined): DecodedPage {
  const label = charsetOf(contentType)
  const encoding = sniff(bytes, label === undefined ? {} : { transportLayerEncodingLabel: label })
  return { encoding, text: decode(bytes, encoding) }
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
