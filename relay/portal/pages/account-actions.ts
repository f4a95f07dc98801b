import type { Account } from '../../accounts/index.ts'
import type { AccountState } from '../accounts/account-state.ts'
import { type Html, html } from './html.ts'
import { csrfField } from './layout.ts'

/** What can be done with an account as it stands; the likeliest first. `here`: on the account's own page, where the question stands too. `gateway`: the account's address there. */
export function accountActions({ id }: Account, state: AccountState, csrf: string, here = false, gateway?: string): Html {
  const open = (look = 'main') =>
    html`${action(`/accounts/${id}/open`, 'Open', csrf, look)}${gateway !== undefined && html`<a class="button" href="${gateway}">Open in gateway</a>`}`
  const signIn = (text = 'Sign in now', look = '') => action(`/accounts/${id}/sign-in`, text, csrf, look)
  const end = (text = 'End') => action(`/accounts/${id}/end`, text, csrf)
  switch (state.state) {
    case 'signed-in':
      return html`${open()}${end()}`
    case 'signing-in':
      return html`${!here && html`<a class="button" href="/accounts/${id}">Watch</a>`}${end('Stop')}`
    case 'asking':
      return html`${!here && html`<a class="button main" href="/questions/${state.challengeId}">Answer</a>`}${end('Stop')}`
    case 'needs-attention':
      if (state.attention.reason === 'wrong-password' || state.attention.reason === 'interrupted-twice')
        return html`<a class="button main" href="/accounts/${id}/password">Enter the right password</a>${action(`/accounts/${id}/confirm`, 'It is right: try it once', csrf)}`
      if (state.attention.reason === 'challenge')
        return html`<a class="button main" href="/accounts/${id}/by-hand">Sign in by hand</a>${signIn('Sign in again')}`
      if (state.attention.reason === 'frozen') return action(`/accounts/${id}/unfreeze`, 'Lift the freeze', csrf, 'main')
      return signIn('Sign in again', 'main')
    case 'failed':
      return signIn('Sign in again', 'main')
    case 'signed-out':
      return html`${open()}${signIn()}`
  }
}

/** A button that does something: a form of its own. */
export function action(path: string, text: string, csrf: string, look = ''): Html {
  return html`<form method="post" action="${path}">${csrfField(csrf)}<button class="${look}">${text}</button></form>`
}
