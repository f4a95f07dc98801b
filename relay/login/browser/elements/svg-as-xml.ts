import { defaultTreeAdapter as tree } from 'parse5'
import type { Element, Node } from '../html/parse-html.ts'
import { isElement } from '../html/walk.ts'

const svg = 'http://www.w3.org/2000/svg'
const xlink = 'http://www.w3.org/1999/xlink'
/** Deeper than any picture is drawn. */
const deepest = 100

/** An <svg> of a page as a document of its own: in HTML it needs no namespaces and may hold what XML does not know. */
export function svgAsXml(element: Element): string {
  return write(element, 0, ` xmlns="${svg}" xmlns:xlink="${xlink}"`)
}

function write(node: Node, depth: number, namespaces = ''): string {
  if (tree.isTextNode(node)) return escaped(node.value)
  if (!isElement(node) || depth > deepest) return ''
  const attributes = node.attrs
    .filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns' && /^[a-z_][\w.-]*$/i.test(name))
    .map(({ name, prefix, value }) => ` ${prefix ? `${prefix}:` : ''}${name}="${escaped(value)}"`)
  const content = node.childNodes.map((child) => write(child, depth + 1)).join('')
  return `<${node.tagName}${namespaces}${attributes.join('')}>${content}</${node.tagName}>`
}

/** Control characters are none that XML may hold, escaped or not. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is dropped
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  )
}

/** Is it the outermost of a picture, not one nested in another? */
export function isWholeSvg(element: Element): boolean {
  return element.tagName === 'svg' && !(element.parentNode !== null && isElement(element.parentNode) && element.parentNode.namespaceURI === svg)
}
