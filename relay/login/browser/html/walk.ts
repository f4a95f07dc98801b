import { defaultTreeAdapter as tree } from 'parse5'
import type { Element, Node } from './parse-html.ts'

export function isElement(node: Node): node is Element {
  return tree.isElementNode(node)
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value
}

export function hasAttribute(element: Element, name: string): boolean {
  return attribute(element, name) !== undefined
}

export function children(node: Node): readonly Node[] {
  return 'childNodes' in node ? node.childNodes : []
}

/** Every element below, in document order. Iterative: a page may nest deeper than the stack. */
export function* elements(root: Node): Generator<Element> {
  const stack: Node[] = [...children(root)].reverse()
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (isElement(node)) yield node
    const below = children(node)
    for (let index = below.length - 1; index >= 0; index -= 1) stack.push(below[index] as Node)
  }
}

/** Deeper than any page nests that a person made; beyond it the cost would be the square of a hostile page. */
const deepest = 1000

/** From the parent upward. */
export function ancestors(element: Element): Element[] {
  const found: Element[] = []
  for (let node = element.parentNode; node !== null && node !== undefined && found.length < deepest; node = 'parentNode' in node ? node.parentNode : null) {
    if (isElement(node)) found.push(node)
  }
  return found
}

/** All text below, as it stands in the source. */
export function textContent(root: Node): string {
  let text = ''
  const stack: Node[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (tree.isTextNode(node)) text += node.value
    const below = children(node)
    for (let index = below.length - 1; index >= 0; index -= 1) stack.push(below[index] as Node)
  }
  return text
}
