import type { Page } from '../contract.ts'
import { doneOnLoad } from './done-on-load.ts'

/** Whether the scripts of a page send a form, or press a button, as it loads: `document.forms[0].submit()`. */
export function sendsFormOnLoad(page: Page): boolean {
  const { deeds } = doneOnLoad(page, /\b(?:submit|requestSubmit|click)\b/)
  return deeds.some((deed) => {
    if (deed.type !== 'CallExpression') return false
    const { callee, arguments: given } = deed
    const isSending =
      callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && /^(?:submit|requestSubmit|click)$/.test(callee.property.name)
    // With a function, jQuery waits for a press.
    return isSending && given.every(({ type }) => !/Function/.test(type) && type !== 'Identifier')
  })
}
