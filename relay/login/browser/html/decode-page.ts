import sniff from 'html-encoding-sniffer'
import { decode, encodingOf } from './encoding.ts'
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
  const sniffed = sniff(bytes, { defaultEncoding: '', ...(label === undefined ? {} : { transportLayerEncodingLabel: label }) })
  const encoding = sniffed || (declaredInXml(bytes) ?? lateDeclaration(bytes) ?? defaultFor(contentType))
  return { encoding, text: decode(bytes, encoding) }
}

/** "Get an XML encoding" (HTML standard, section 13.2.3.2): `<?xml version="1.0" encoding="gb2312"?>` before a page. */
function declaredInXml(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 1024)
  return knownEncoding(/^<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)["']/.exec(start)?.[1])
}

/** A declaration beyond the first kilobyte: the parser meets it and changes the encoding (HTML standard, section 13.2.3.4). */
function lateDeclaration(bytes: Buffer): string | undefined {
  for (const element of elements(parseHtml(bytes.toString('latin1')).root)) {
    if (element.tagName !== 'meta') continue
    const isContentType = attribute(element, 'http-equiv')?.toLowerCase() === 'content-type'
    const content = isContentType ? (attribute(element, 'content') ?? '') : ''
    const [, ...quotedOrNot] = /charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"';][^\s;]*))/i.exec(content) ?? []
    const encoding = knownEncoding(attribute(element, 'charset') ?? quotedOrNot.find((label) => label !== undefined))
    if (encoding !== undefined) return encoding
  }
  return undefined
}

/** Declared in bytes that were read as ASCII, it cannot be UTF-16; nobody means x-user-defined. */
function knownEncoding(label: string | undefined): string | undefined {
  const encoding = label === undefined ? undefined : encodingOf(label)
  if (encoding?.startsWith('UTF-16')) return 'UTF-8'
  return encoding === 'x-user-defined' ? 'windows-1252' : encoding
}

function defaultFor(contentType: string | undefined): string {
  return /^[^;]*xml/i.test(contentType ?? '') ? 'UTF-8' : 'windows-1252'
}

/** The charset parameter of a Content-Type. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1]
}
