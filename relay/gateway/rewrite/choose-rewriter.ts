import { createHtmlRewriter, type HtmlOptions } from './html-rewriter.ts'
import type { OriginMap } from './origin-map.ts'
import { createTextRewriter, type TextRewriter } from './text-rewriter.ts'

/** Charsets in which a byte below 0x80 may be part of another character, or a character has more bytes than one everywhere. */
const notAsciiBased = /utf-?16|utf-?32|iso-2022|hz-gb|utf-?7/i

/** How an answer of this type is rewritten; undefined: it passes as it is. */
export function chooseRewriter(contentType: string, map: OriginMap, options: HtmlOptions): TextRewriter | undefined {
  if (notAsciiBased.test(contentType)) return undefined
  const type = (contentType.split(';')[0] as string).trim().toLowerCase()
  if (type === 'text/html' || type === 'application/xhtml+xml') return createHtmlRewriter(map, options)
  if (type === 'text/css') return createTextRewriter(map, 'css')
  if (type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)) return createTextRewriter(map, 'json')
  return undefined
}
