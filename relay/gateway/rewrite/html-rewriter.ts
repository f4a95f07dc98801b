import { type Token, type TokenHandler, Tokenizer, TokenizerMode } from 'parse5'
import { rewritePolicy } from './content-security-policy.ts'
import type { OriginMap } from './origin-map.ts'
import type { TextRewriter } from './text-rewriter.ts'

/** Attributes that hold an address, a list of them, or CSS with addresses. Values that a form sends (`value`, `content` of other metas) stay. */
const withAddresses = new Set(
  'href src srcset imagesrcset action formaction poster background cite data manifest ping longdesc profile codebase archive xlink:href style'.split(' '),
)
/** Elements whose content is no markup (HTML standard, section 13.2.5), with how the tokenizer reads it. */
const modes: ReadonlyMap<string, Tokenizer['state']> = new Map([
  ['title', TokenizerMode.RCDATA],
  ['textarea', TokenizerMode.RCDATA],
  ['script', TokenizerMode.SCRIPT_DATA],
  ['plaintext', TokenizerMode.PLAINTEXT],
  ...(['style', 'xmp', 'iframe', 'noembed', 'noframes'] as const).map((name) => [name, TokenizerMode.RAWTEXT] as const),
])
/** What is held back of a tag or a style that does not end; then it passes as it is. Characters. */
const mostHeld = 1_048_576
/** What the tokenizer may read without coming to the end of a tag, a comment or a style sheet: it keeps all of it. Then the rest passes as it is. Characters. */
const mostOpen = 8 * mostHeld

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface HtmlOptions {
  /** The page is the site's login page: nobody is to type a password there. */
  readonly locksPasswords: boolean
}

/** What stands in a password field of the login page. */
export const lockedHint = 'The relay signs in for you'

/** Rewrites the addresses in the tags and styles of a page. What a script or a person reads as text stays as it was. */
export function createHtmlRewriter(map: OriginMap, { locksPasswords }: HtmlOptions): TextRewriter {
  /** What is here and has not gone out. */
  let held = ''
  /** Its first character's place in the page. */
  let from = 0
  let settled = 0
  let passes = false
  let edits: Edit[] = []
  let styleFrom: number | undefined

  const sourceOf = (start: number, end: number): string => held.slice(start - from, end - from)
  const edit = (start: number, end: number, text: string): void => {
    if (start >= from && sourceOf(start, end) !== text) edits.push({ start, end, text })
  }
  const editAttribute = (tag: Token.TagToken, name: string, rewrite: (value: string) => string): void => {
    const place = tag.location?.attrs?.[name]
    if (place === undefined) return
    const source = sourceOf(place.startOffset, place.endOffset)
    const [head = ''] = /^[^=]*=\s*["']?/.exec(source) ?? []
    if (head === '') return
    const tail = /["']$/.test(head) ? 1 : 0
    edit(place.startOffset, place.endOffset, head + rewrite(source.slice(head.length, source.length - tail)) + source.slice(source.length - tail))
  }
  const dropAttribute = (tag: Token.TagToken, name: string): void => {
    const place = tag.location?.attrs?.[name]
    if (place !== undefined) edit(place.startOffset, place.endOffset, '')
  }
  const addAttributes = (tag: Token.TagToken, text: string): void => {
    const at = (tag.location as Token.Location).startOffset + 1 + tag.tagName.length
    edit(at, at, ` ${text}`)
  }
  const onTag = (tag: Token.TagToken): void => {
    for (const { name } of tag.attrs) if (withAddresses.has(name)) editAttribute(tag, name, (value) => map.replaceAll(value, 'attribute'))
    const attributeOf = (name: string): string | undefined => tag.attrs.find((one) => one.name === name)?.value.toLowerCase()
    if (tag.tagName === 'meta') {
      const means = attributeOf('http-equiv')
      if (means === 'refresh') editAttribute(tag, 'content', (value) => map.replaceAll(value, 'field'))
      if (means === 'content-security-policy') editAttribute(tag, 'content', (value) => rewritePolicy(value, map))
    }
    // Its style sheet is another one once it has been rewritten; the relay fetched it from the site itself, over verified TLS.
    if (tag.tagName === 'link' && attributeOf('rel')?.includes('stylesheet') === true) dropAttribute(tag, 'integrity')
    if (locksPasswords && tag.tagName === 'input' && attributeOf('type') === 'password') addAttributes(tag, `disabled placeholder="${lockedHint}"`)
  }
  const ignore = (): void => {}
  const settle = ({ location }: { location: Token.Location | null }): void => {
    if (styleFrom === undefined) settled = (location as Token.Location).endOffset
  }
  const handler: TokenHandler = {
    onStartTag(tag) {
      onTag(tag)
      settle(tag)
      const mode = modes.get(tag.tagName)
      if (mode === undefined) return
      tokenizer.lastStartTagName = tag.tagName
      tokenizer.state = mode
      if (tag.tagName === 'style') styleFrom = settled
    },
    onEndTag(tag) {
      const { startOffset } = tag.location as Token.Location
      if (styleFrom !== undefined && tag.tagName === 'style') {
        if (styleFrom >= from) edit(styleFrom, startOffset, map.replaceAll(sourceOf(styleFrom, startOffset), 'css'))
        styleFrom = undefined
      }
      settle(tag)
    },
    onComment: settle,
    onDoctype: settle,
    onCharacter: ignore,
    onNullCharacter: ignore,
    onWhitespaceCharacter: ignore,
    onEof: ignore,
  }
  const tokenizer = new Tokenizer({ sourceCodeLocationInfo: true }, handler)

  /** Everything before this place goes out. */
  const release = (to: number): string => {
    let out = ''
    let at = from
    for (const { start, end, text } of edits.sort((a, b) => a.start - b.start)) {
      if (start < at || end > to) continue
      out += sourceOf(at, start) + text
      at = end
    }
    out += sourceOf(at, to)
    edits = edits.filter(({ end }) => end > to)
    held = held.slice(to - from)
    from = to
    return out
  }

  return {
    write(chunk) {
      if (passes) return chunk
      held += chunk
      tokenizer.write(chunk, false)
      passes = from + held.length - settled > mostOpen
      if (passes || held.length > mostHeld) {
        styleFrom = undefined
        return release(from + held.length)
      }
      // Text goes out as far as no tag may have begun in it.
      const tagAt = styleFrom === undefined ? held.indexOf('<', settled - from) : -1
      if (styleFrom !== undefined) return release(Math.max(from, settled))
      return release(tagAt < 0 ? from + held.length : from + tagAt)
    },
    end() {
      if (passes) return ''
      tokenizer.write('', true)
      return release(from + held.length)
    },
  }
}
