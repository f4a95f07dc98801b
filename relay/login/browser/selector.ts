import type { Element, Node } from './parse-html.ts'
import { attribute, elements } from './walk.ts'

/** A simple selector: any of `tag`, `#id`, `.class`, `[name]`, `[name=value]` joined without spaces; commas part alternatives. */
export function select(root: Node, selector: string): Element[] {
  const alternatives = selector.split(',').map((text) => compile(text.trim()))
  const found: Element[] = []
  for (const element of elements(root)) if (alternatives.some((tests) => tests.every((test) => test(element)))) found.push(element)
  return found
}

type Test = (element: Element) => boolean

const piece = /^(?:([a-z][\w-]*|\*)|#([\w:-]+)|\.([\w-]+)|\[([\w:-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\]"']*)))?\])/i

/** Throws TypeError for what it does not know: an adapter's mistake should be seen, not match nothing. */
function compile(text: string): Test[] {
  const tests: Test[] = []
  let rest = text
  while (rest !== '') {
    const match = piece.exec(rest)
    if (match === null) throw new TypeError(`"${text}" is not a simple selector`)
    const [whole, tag, id, className, name] = match
    const value = match[5] ?? match[6] ?? match[7]
    if (tag !== undefined) tests.push((element) => tag === '*' || element.tagName === tag.toLowerCase())
    else if (id !== undefined) tests.push((element) => attribute(element, 'id') === id)
    else if (className !== undefined) tests.push((element) => (attribute(element, 'class') ?? '').split(/\s+/).includes(className))
    else if (name !== undefined) tests.push((element) => (value === undefined ? attribute(element, name) !== undefined : attribute(element, name) === value))
    rest = rest.slice(whole.length)
  }
  if (tests.length === 0) throw new TypeError('an empty selector')
  return tests
}
