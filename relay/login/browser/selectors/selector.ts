import { type Options, selectAll } from 'css-select'
import { defaultTreeAdapter as tree } from 'parse5'
import type { Element, Node } from '../html/parse-html.ts'
import { attribute, children, hasAttribute, isElement, textContent } from '../html/walk.ts'

/** Elements by CSS selector (Selectors Level 4 as far as css-select knows it), in document order. Throws TypeError for what is no selector. */
export function select(root: Node, selector: string): Element[] {
  if (selector.trim() === '') throw new TypeError('an empty selector')
  try {
    return selectAll<Node, Element>(selector, children(root) as Node[], options)
  } catch (cause) {
    throw new TypeError(`"${selector}" is not a selector`, { cause })
  }
}

const adapter: NonNullable<Options<Node, Element>['adapter']> = {
  isTag: isElement,
  getAttributeValue: attribute,
  getChildren: (node) => children(node) as Node[],
  getName: ({ tagName }) => tagName,
  getParent,
  getSiblings: (node) => children(getParent(node) ?? node) as Node[],
  getText: textContent,
  hasAttrib: hasAttribute,
  removeSubsets,
}
// The tree does not change, but compiled selectors outlive it.
const options = { adapter, cacheResults: false }

function getParent(node: Node): Node | null {
  return 'parentNode' in node ? node.parentNode : null
}

/** Nodes without those that are below another of them. */
function removeSubsets(nodes: Node[]): Node[] {
  const given = new Set(nodes)
  return [...given].filter((node) => {
    for (let above = getParent(node); above !== null; above = getParent(above)) if (given.has(above)) return false
    return !tree.isDocumentTypeNode(node)
  })
}
