import { defaultTreeAdapter as tree } from 'parse5'
import { isRelayError } from '../../errors.ts'
import { type Element, type Node, parseHtml } from '../browser/html/parse-html.ts'
import { children, isElement } from '../browser/html/walk.ts'
import type { Redact } from './redact-text.ts'

/** What is left out whole: nobody reads it, and it is where sites keep tokens. */
const dropped = new Set(['script', 'style', 'svg', 'template', 'noembed', 'object', 'embed', 'math', 'link', 'base'])
/** Attributes that say what an element is; values of fields, data and handlers are not among them. */
const kept = new Set(
  'id name class type for method enctype alt placeholder title role autocomplete maxlength minlength pattern required disabled readonly checked selected multiple colspan rowspan lang dir http-equiv charset hidden label aria-label'.split(
    ' ',
  ),
)
const addresses = new Set(['action', 'formaction', 'href', 'src'])
const empty = new Set(['area', 'br', 'col', 'hr', 'img', 'input', 'meta', 'param', 'source', 'track', 'wbr', 'frame'])

/** Of a text or an attribute; what is longer is no message to a person. Whole or not at all: half a secret would not be found. */
const longest = { text: 4000, attribute: 300 }
/** Of the whole copy, characters; and of the elements that are looked at. */
const mostText = 40_000
const mostNodes = 20_000

/**
 * A copy of a page that shows what a person saw and how its forms are built, and holds no secret: no scripts, no values of fields, no data
 * attributes, no values in addresses; every text goes through `redact`.
 */
export function redactPage(markup: string, redact: Redact): string {
  const root = rootOf(markup)
  if (root === undefined) return '<!-- the page is left out: it holds more elements than are read -->'
  let copy = ''
  let left = mostNodes
  const stack: (Node | string)[] = [root]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    left -= 1
    if (left < 0 || copy.length > mostText) return `${copy}\n<!-- the rest of the page is left out -->`
    if (typeof next === 'string') copy += next
    else if (tree.isTextNode(next)) copy += escapeText(shortened(next.value, longest.text, redact))
    else if (!isElement(next)) pushAll(stack, children(next))
    else if (!dropped.has(next.tagName)) {
      copy += openTag(next, redact)
      if (empty.has(next.tagName)) continue
      stack.push(`</${next.tagName}>`)
      if (next.tagName !== 'textarea' && next.tagName !== 'iframe') pushAll(stack, children(next))
    }
  }
  // Once more over the whole: a value that lies across elements that were left out.
  return redact(copy.replace(/\n\s*\n+/g, '\n').trim())
}

/** Undefined: what came as no page, and was not looked at as one, is too much of one. */
function rootOf(markup: string): Node | undefined {
  try {
    return parseHtml(markup).root
  } catch (error) {
    if (isRelayError(error, 'site_too_big')) return undefined
    throw error
  }
}

function pushAll(stack: (Node | string)[], nodes: readonly Node[]): void {
  for (let index = nodes.length - 1; index >= 0; index -= 1) stack.push(nodes[index] as Node)
}

function openTag({ tagName, attrs }: Element, redact: Redact): string {
  const isButton = tagName === 'button' || attrs.some(({ name, value }) => name === 'type' && /^(?:submit|button|reset)$/i.test(value))
  const parts = attrs.flatMap(({ name, value }) => {
    if (addresses.has(name)) return [attributeText(name, redact(addressWithoutValues(value)))]
    if (kept.has(name)) return [attributeText(name, shortened(value, longest.attribute, redact))]
    // What a button says.
    return name === 'value' && isButton && value.length <= 60 && tagName === 'input' ? [attributeText(name, redact(value))] : []
  })
  return `<${tagName}${parts.join('')}>`
}

function attributeText(name: string, value: string): string {
  return value === '' ? ` ${name}` : ` ${name}="${escapeText(value).replaceAll('"', '&quot;')}"`
}

/** `/login;jsessionid=1?next=/x#y` as `/login?next=`. An address of data or script says nothing. */
export function addressWithoutValues(address: string): string {
  const trimmed = address.trim()
  if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed) && !/^https?:/i.test(trimmed)) return `${trimmed.slice(0, trimmed.indexOf(':'))}:`
  const [withoutHash = ''] = trimmed.split('#', 1)
  const [path = '', query] = withoutHash.split('?', 2)
  const place = path.replace(/;[^/?]*/g, '').replace(/^(https?:\/\/)[^/@]*@/i, '$1')
  if (place.length > longest.attribute) return ''
  if (query === undefined) return place
  const names = query.split('&').map((pair) => pair.split('=', 1)[0] ?? '')
  return `${place}?${names
    .filter((name) => name.length <= 40)
    .slice(0, 20)
    .map((name) => `${name}=`)
    .join('&')}`
}

function shortened(text: string, most: number, redact: Redact): string {
  return text.length > most ? `[${text.length} characters]` : redact(text)
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character)
}
