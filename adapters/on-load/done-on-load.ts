import type { Page, PageElement } from '../contract.ts'
import type { Values } from './expressions.ts'
import { type Deed, Loading } from './loading.ts'
import { parsed } from './parsed.ts'

/** What the scripts of a page do while it loads, in their order, and what the names they use stand for. */
export interface Load {
  readonly deeds: readonly Deed[]
  readonly values: Values
}

/** Scripts that are read, characters each and in all. */
const most = { one: 200_000, all: 600_000 }
/** Characters of text: a page with no more is a stub, that says that it leads on. */
const stub = 200

/**
 * What the scripts in a page do by themselves as it loads: not what stands in a function that a press or an answer may call, and not what stands
 * under a condition that cannot be told. Nothing is run; scripts in files are not read.
 * @param worthwhile Most pages have no script that matches: those are not read.
 */
export function doneOnLoad(page: Page, worthwhile: RegExp): Load {
  const handler = page.query('body[onload]')[0]?.attribute('onload') ?? ''
  const scripts = [
    ...page
      .query('script')
      .filter(isRun)
      .map(({ text }) => text),
    handler,
  ]
  if (!scripts.some((text) => worthwhile.test(text))) return { deeds: [], values: new Map() }
  let left = most.all
  const programs = scripts.flatMap((text) => {
    left -= text.length
    return text.length > most.one || left < 0 ? [] : (parsed(text) ?? [])
  })
  const loading = new Loading(page.text.length <= stub && page.frames.length === 0)
  try {
    loading.run(programs)
  } catch (error) {
    // Nested so deeply that nobody wrote it by hand: what was seen until then counts.
    if (!(error instanceof RangeError)) throw error
  }
  return loading
}

/** One in the page, of a type that browsers run. */
function isRun(script: PageElement): boolean {
  return script.attribute('src') === undefined && /^\s*$|javascript|ecmascript|^module$/i.test(script.attribute('type') ?? '')
}
