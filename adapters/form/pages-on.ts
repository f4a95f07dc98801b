import type { Browser, Page } from '../contract.ts'
import { samePlace } from './answers/answer.ts'

/** Opens what `next` leads to, from its front, each place once and so many at most. Whoever looks at a page puts the ways on from there into `next`. */
export async function* pagesOn(browser: Browser, next: URL[], most: number): AsyncGenerator<Page> {
  const visited: URL[] = []
  while (visited.length < most) {
    const url = next.shift()
    if (url === undefined) return
    if (visited.some((one) => samePlace(one, url) && one.search === url.search)) continue
    visited.push(url)
    yield browser.open(url)
  }
}
