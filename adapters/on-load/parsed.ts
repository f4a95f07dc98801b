import { type Program, parse } from 'acorn'

/** A script as browsers read it: `<!--` begins a comment. Undefined: it is none. */
export function parsed(text: string): Program | undefined {
  try {
    return parse(text, { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true, allowAwaitOutsideFunction: true })
  } catch {
    // Or it asks for more than the parser's depth.
    return undefined
  }
}
