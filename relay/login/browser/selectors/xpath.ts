import { createRequire } from 'node:module'
import type * as Fontoxpath from 'fontoxpath'
import { defaultTreeAdapter as tree } from 'parse5'
import type { Element, Node } from '../html/parse-html.ts'
import { children, isElement, textContent } from '../html/walk.ts'

/** Elements by XPath 3.1, in document order. Throws TypeError for what is none. Its cost has no bound but that of the process it runs in. */
export function selectByXpath(root: Node, expression: string): Element[] {
  let found: unknown[]
  try {
    found = load().evaluateXPathToNodes(expression, nodeFor(root), facade as never, null, { namespaceResolver: () => null })
  } catch (cause) {
    throw new TypeError(`"${expression}" is not an XPath`, { cause })
  }
  return found.map((node) => (node as TreeNode).of).filter((node) => isElement(node))
}

let library: typeof Fontoxpath | undefined

/** Loaded at its first use: few adapters need it, and it is large. */
function load(): typeof Fontoxpath {
  library ??= createRequire(import.meta.url)('fontoxpath') as typeof Fontoxpath
  return library
}

/** What the library wants of a node, beside what the facade tells. */
interface TreeNode {
  readonly nodeType: number
  readonly nodeName: string
  readonly localName: string
  readonly namespaceURI: null
  readonly prefix: null
  readonly of: Node
}

interface TreeAttribute extends Omit<TreeNode, 'of'> {
  readonly name: string
  readonly value: string
  readonly of: Element
}

const known = new WeakMap<Node, TreeNode>()

/** Elements of HTML have no namespace here: `//input` is what people write. */
function nodeFor(node: Node): TreeNode {
  let wrapped = known.get(node)
  if (wrapped === undefined) {
    const name = isElement(node) ? node.tagName : node.nodeName
    wrapped = { nodeType: nodeType(node), nodeName: name, localName: name, namespaceURI: null, prefix: null, of: node }
    known.set(node, wrapped)
  }
  return wrapped
}

function nodeType(node: Node): number {
  if (isElement(node)) return 1
  if (tree.isTextNode(node)) return 3
  if (tree.isCommentNode(node)) return 8
  return tree.isDocumentTypeNode(node) ? 10 : 9
}

function attributesOf(element: Element): TreeAttribute[] {
  return element.attrs.map(({ name, value }) => ({
    nodeType: 2,
    nodeName: name,
    localName: name,
    namespaceURI: null,
    prefix: null,
    name,
    value,
    of: element,
  }))
}

function sibling(node: TreeNode, step: 1 | -1): TreeNode | null {
  const parent = parentOf(node)
  if (parent === null) return null
  const all = children(parent.of)
  const next = all[all.indexOf(node.of) + step]
  return next === undefined ? null : nodeFor(next)
}

function parentOf(node: TreeNode): TreeNode | null {
  if (node.nodeType === 2) return nodeFor(node.of)
  const parent = 'parentNode' in node.of ? node.of.parentNode : null
  return parent === null ? null : nodeFor(parent)
}

const facade = {
  getAllAttributes: (node: TreeNode) => (isElement(node.of) ? attributesOf(node.of) : []),
  getAttribute: (node: TreeNode, name: string) => (isElement(node.of) ? (node.of.attrs.find((one) => one.name === name)?.value ?? null) : null),
  getChildNodes: (node: TreeNode) => children(node.of).map(nodeFor),
  getData: (node: TreeNode | TreeAttribute) => ('value' in node ? node.value : textContent(node.of)),
  getFirstChild: (node: TreeNode) => edge(node, 0),
  getLastChild: (node: TreeNode) => edge(node, -1),
  getNextSibling: (node: TreeNode) => sibling(node, 1),
  getParentNode: parentOf,
  getPreviousSibling: (node: TreeNode) => sibling(node, -1),
}

function edge({ of }: TreeNode, at: number): TreeNode | null {
  const node = children(of).at(at)
  return node === undefined ? null : nodeFor(node)
}
