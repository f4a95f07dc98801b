import type { Page } from '../contract.ts'
import { doneOnLoad } from './done-on-load.ts'
import { pathOf } from './expressions.ts'

/** Whether the scripts of a page send a form, or press a button, as it loads: `document.forms[0].submit()`. */
export function sendsFormOnLoad(page: Page): boolean {
  const { deeds } = doneOnLoad(page, /\b(?:submit|requestSubmit|click)\b/)
  return deeds.some((deed) => {
    if (deed.type !== 'CallExpression') return false
    const path = pathOf(deed.callee) ?? ''
    // With a function, jQuery waits for a press.
    return /\.(?:submit|requestSubmit|click)$/.test(path) && deed.arguments.every(({ type }) => !/Function/.test(type) && type !== 'Identifier')
  })
}
