import { defaultTreeAdapter as tree } from 'parse5'
import type { Element, Node } from './parse-html.ts'
import { attribute, children, hasAttribute, isElement } from './walk.ts'

const unseen = new Set(['script', 'style', 'template', 'noembed', 'head', 'title', 'select', 'datalist', 'svg', 'iframe'])
const inline = new Set([
  'a',
  'abbr',
  'b',
  'bdi',
  'bdo',
  'cite',
  'code',
  'em',
  'font',
  'i',
  'kbd',
  'label',
  'mark',
  'q',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
  'var',
])

/** The text a person would see, white space folded: no scripts, styles or hidden parts; blocks are parted by a line end. */
export function visibleText(root: Node): string {
  let text = ''
  const stack: (Node | '\n')[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === '\n') text += '\n'
    else if (tree.isTextNode(node)) text += node.value.replace(/\s+/g, ' ')
    else if (!isElement(node) || !isHidden(node)) {
      const parts = isElement(node) && !inline.has(node.tagName)
      if (parts) {
        text += '\n'
        stack.push('\n')
      }
      const below = children(node)
      for (let index = below.length - 1; index >= 0; index -= 1) stack.push(below[index] as Node)
    }
  }
  return text
    .replace(/ *\n\s*/g, '\n')
    .replace(/ {2,}/g, ' ')
    .trim()
}

function isHidden(element: Element): boolean {
  if (unseen.has(element.tagName) || hasAttribute(element, 'hidden')) return true
  const style = attribute(element, 'style')
  return style !== undefined && /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(style)
}
