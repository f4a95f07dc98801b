import { defaultTreeAdapter as tree } from 'parse5'
import type { Element, Node } from '../html/parse-html.ts'
import { attribute, children, hasAttribute, isElement } from '../html/walk.ts'

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

/** A label, a link or a button has no more nodes than this; many of them nested in each other must not cost their square. */
const nodesOfLabel = 500

/**
 * The text a person would see, white space folded: no scripts, styles or hidden parts; blocks are parted by a line end.
 * `most`: nodes after which it is cut.
 */
export function visibleText(root: Node, most = Number.POSITIVE_INFINITY): string {
  let text = ''
  let left = most
  const stack: (Node | '\n')[] = [root]
  for (let node = stack.pop(); node !== undefined && left > 0; node = stack.pop()) {
    left -= 1
    if (node === '\n') text += '\n'
    else if (tree.isTextNode(node)) text += node.value.replace(/\s+/g, ' ')
    else if (!isElement(node) || !isHidden(node)) {
      const parts = isElement(node) && !isInline(node)
      if (parts) {
        text += '\n'
        stack.push('\n')
      }
      const below = children(node)
      for (let index = below.length - 1; index >= 0; index -= 1) stack.push(below[index] as Node)
    }
  }
  // Spaces first: a run of them before no line end would cost its square.
  return text
    .replace(/ {2,}/g, ' ')
    .replace(/ ?\n\s*/g, '\n')
    .trim()
}

/** Of a label, a link or a button. */
export function labelText(element: Element): string {
  return visibleText(element, nodesOfLabel)
}

/** Does it stand in a line with the text around it? */
export function isInline({ tagName }: Element): boolean {
  return inline.has(tagName)
}

/** Does a person see nothing of it? */
export function isHidden(element: Element): boolean {
  if (unseen.has(element.tagName) || hasAttribute(element, 'hidden')) return true
  if (element.tagName === 'dialog' && !hasAttribute(element, 'open')) return true
  const style = attribute(element, 'style')
  return style !== undefined && /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(style)
}
