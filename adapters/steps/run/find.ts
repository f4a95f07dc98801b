import { type Page, type PageElement, SignInFailure } from '../../contract.ts'

/** The first element that a target names; undefined: there is none. `SignInFailure` for a target that is none. */
export function findElement(page: Page, target: string): PageElement | undefined {
  const kind = target.slice(0, target.indexOf('='))
  const value = target.slice(kind.length + 1)
  try {
    switch (kind) {
      case 'css':
        return page.query(value)[0]
      case 'xpath':
        return page.xpath(value)[0]
      case 'text':
        return byText(page, value)
      default:
        return page.query(`[${kind}=${JSON.stringify(value)}]`)[0]
    }
  } catch (cause) {
    throw new SignInFailure('form-not-found', [`the target ${target} cannot be used: ${cause instanceof Error ? cause.message : ''}`], { cause })
  }
}

/** Where words are what a person presses, and then where they merely stand. */
const pressed = 'a, button, input[type=submit], input[type=button], input[type=image], label, summary'

/** The smallest element with these words: one that can be pressed before all others. */
function byText(page: Page, words: string): PageElement | undefined {
  const wanted = folded(words)
  const fits = (element: PageElement) => folded(`${element.text} ${element.attribute('value') ?? ''}`).includes(wanted)
  const found = page.query(pressed).filter(fits)
  const all = found.length > 0 ? found : folded(page.text).includes(wanted) ? page.query('body *').filter(fits) : []
  return all.reduce<PageElement | undefined>((best, one) => (best === undefined || one.text.length <= best.text.length ? one : best), undefined)
}

function folded(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase()
}
