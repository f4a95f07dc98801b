import type { Openers, OriginMap } from './origin-map.ts'

/** Rewrites a text in passing. One character a byte: what it does not change stays as it was, in whatever charset. */
export interface TextRewriter {
  /** What can be passed on of this chunk and those before. */
  write(chunk: string): string
  /** The rest. */
  end(): string
}

/** For CSS and JSON: what a chunk's end leaves open waits for the next. */
export function createTextRewriter(map: OriginMap, openers: Openers): TextRewriter {
  let open = ''
  return {
    write(chunk) {
      const text = open + chunk
      const end = map.openAt(text, openers)
      open = text.slice(end)
      return map.replaceAll(text.slice(0, end), openers)
    },
    end: () => map.replaceAll(open, openers),
  }
}
