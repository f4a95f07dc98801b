import type { Page } from '../contract.ts'
import { doneOnLoad } from './done-on-load.ts'
import { pathOf, textOf } from './expressions.ts'
import type { Deed } from './loading.ts'

/** Where the script of a page that holds no form leads on to as it loads: `location.href = '/main'`. */
export function leadsOn(page: Page): URL | undefined {
  if (page.forms.length > 0) return undefined
  const { deeds, values } = doneOnLoad(page, /\blocation\b/)
  for (const deed of deeds) {
    const address = addressIn(deed)
    const text = address === undefined ? undefined : textOf(address, values)
    const target = text === undefined ? null : URL.parse(text, page.url.href)
    if (target !== null && /^https?:$/.test(target.protocol)) return target
  }
  return undefined
}

const place = /^(?:(?:window|self|top|parent|document)\.)*location(?:\.href)?$/
const moves = /^(?:(?:window|self|top|parent|document)\.)*location\.(?:replace|assign)$/

/** What the window's place is set to. */
function addressIn(deed: Deed) {
  if (deed.type === 'AssignmentExpression') return deed.operator === '=' && place.test(pathOf(deed.left) ?? '') ? deed.right : undefined
  return moves.test(pathOf(deed.callee) ?? '') ? deed.arguments[0] : undefined
}
