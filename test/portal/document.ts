import type { DefaultTreeAdapterMap } from 'parse5'

type Node = DefaultTreeAdapterMap['node']
export type Element = DefaultTreeAdapterMap['element']

/** Every element below a node, or those of one tag, in document order. */
export function elements(node: Node, tag?: string): Element[] {
  const found: Element[] = []
  const walk = (at: Node): void => {
    if ('tagName' in at && (tag === undefined || at.tagName === tag)) found.push(at)
    if ('childNodes' in at) for (const child of at.childNodes) walk(child)
  }
  walk(node)
  return found
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value
}

export function text(node: Node): string {
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map(text).join('') : ''
}
