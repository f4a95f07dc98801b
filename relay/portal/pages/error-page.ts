import type { RelayError } from '../../errors.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'

/** What went wrong, in words, and the way on. */
export function errorPage(error: RelayError): Page {
  const signIn = error.code === 'unauthenticated'
  return {
    title: error.message,
    status: error.status,
    body: html`<div class="narrow"><h1>${error.message}</h1><p>${error.next}</p>
<p><a class="button main" href="${signIn ? '/sign-in' : '/'}">${signIn ? 'Sign in' : 'Your accounts'}</a></p><p class="quiet">Code: <code>${error.code}</code></p></div>`,
  }
}
