import type { RelayError } from '../../errors.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'
import { prose } from './notes.ts'

/** What went wrong, in words, and the way on. */
export function errorPage(error: RelayError): Page {
  const signIn = error.code === 'unauthenticated'
  return {
    title: error.message.replaceAll('`', ''),
    status: error.status,
    body: html`<div class="narrow"><h1>${prose(error.message)}</h1><p>${nextStep(error)}</p>
<p><a class="button main" href="${signIn ? '/sign-in' : '/'}">${signIn ? 'Sign in' : 'Your accounts'}</a></p><p class="quiet">Code: <code>${error.code}</code></p></div>`,
  }
}

/** The catalogue speaks to all; to a person who looks at a page, a missing one is another matter than a missing record. */
function nextStep(error: RelayError): Html[] {
  return prose(error.code === 'not_found' ? 'It may be gone, or the address is cut. Begin again from your accounts.' : error.next)
}
