import type { Page } from '../../../adapters/index.ts'

const asksForScripts = /java\s?script/i
/** A page that says more than this is one to read, not one that is still to be drawn. */
const longestText = 300

/** Why this page needs a browser with scripts to show its sign-in form, in plain words; undefined: nothing shows that it does. */
export function whyScripts(page: Page): string | undefined {
  if (page.status >= 400 && page.status !== 401 && page.status !== 403) return undefined
  if (page.forms.some(({ fields }) => fields.some(({ type }) => type === 'password'))) return undefined
  const scripts = page.query('script').filter((script) => script.attribute('src') !== undefined || script.text.trim() !== '')
  if (scripts.length === 0) return undefined
  if (page.query('noscript').some(({ text }) => asksForScripts.test(text))) return 'its page asks for JavaScript and holds no sign-in form without it'
  const drawing = scripts.some(({ text }) => /createElement\(\s*["'`](?:form|input)|type\s*=\s*["'`]password|document\.write/i.test(text))
  if (drawing) return 'its sign-in form is made by a script'
  return page.forms.length === 0 && page.text.length <= longestText ? 'its page holds no form, only scripts that draw it' : undefined
}
