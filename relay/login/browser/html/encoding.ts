// Node's own decoders know little of Big5, EUC-JP and EUC-KR: thousands of characters of the standard's tables come out as others.
import { labelToName, legacyHookDecode } from '@exodus/bytes/encoding.js'

/** The encoding a label names, by its name in the WHATWG Encoding standard; undefined: none. */
export function encodingOf(label: string): string | undefined {
  return labelToName(label) ?? undefined
}

/** What a form of a page is sent in, and the query of its addresses: "get an output encoding" of the Encoding standard. */
export function outputEncoding(encoding: string): string {
  return /^(utf-16|replacement)/i.test(encoding) ? 'UTF-8' : encoding
}

/** Bytes as text; a byte-order mark goes before the encoding named. */
export function decode(bytes: Uint8Array, encoding: string): string {
  return legacyHookDecode(bytes, encoding)
}
