import type { FailureKind } from '../../../adapters/index.ts'
import type { AttentionReason } from '../../accounts/index.ts'
import type { AccountState } from '../accounts/account-state.ts'
import { type Html, html } from './html.ts'
import { moment } from './moment.ts'
import { prose } from './notes.ts'

interface Words {
  readonly what: string
  readonly advice: string
}

/** Each kind of failure: what happened, and what the person can do here. */
const failures: Readonly<Record<FailureKind | AttentionReason, Words>> = {
  'wrong-password': {
    what: 'The site refused the user name or password.',
    advice:
      'Enter the right password. The relay tried this one once and will not try it again, so that the site does not lock the account. If it is right all the same, say so: it is tried once more.',
  },
  'wrong-captcha': {
    what: 'The site refused every captcha answer.',
    advice: 'Sign in again. If the relay stays unsure of the image, it asks you.',
  },
  'site-down': { what: 'The site did not answer properly.', advice: 'Check that the site is up, then sign in again.' },
  'form-not-found': {
    what: 'The relay found no sign-in form.',
    advice: 'The login page may have moved. Ask the person who runs this relay to check the site.',
  },
  blocked: { what: 'The site blocks this account or this address.', advice: 'Clear it with the people who run the site, then sign in again.' },
  challenge: {
    what: 'The site asked for something that only you can do.',
    advice: 'For a slider, a picture puzzle or “I am not a robot”, sign in by hand. For a captcha, a code or a question, sign in again and answer it here.',
  },
  unknown: {
    what: 'The site answered in a way the relay does not know.',
    advice: 'Sign in again. If it stays so, tell the person who runs this relay what was seen.',
  },
  interrupted: {
    what: 'The relay does not know whether the site took the password.',
    advice: 'When the site is up, sign in again: the password is sent once more. The relay does not do it by itself.',
  },
  registering: {
    what: 'The site was asked to make this account, and no sign-in has shown that it did.',
    advice: 'Do what the site wants first, then sign in. If there is no such account, remove this one.',
  },
  frozen: {
    what: 'You froze this account: you said that a use of it was not you.',
    advice:
      'Nobody gets into the site with it through the relay until you lift that. Look first at what was done at the site, and change its password there if somebody may know it.',
  },
  'interrupted-twice': {
    what: 'Two sign-ins in a row were cut short, and the relay does not know whether the site took the password.',
    advice:
      'Look whether you can sign in at the site yourself. If the password is right, say so: it is tried once more. If not, enter the right one. Until then the relay sends nothing, so that the site does not lock the account.',
  },
}

/** What happened, in a sentence. */
export function failureWords(kind: FailureKind): string {
  return failures[kind].what
}

/** The state as a short mark. */
export function stateMark(state: AccountState): Html {
  switch (state.state) {
    case 'signed-in':
      return html`<span class="state good">Signed in since ${moment(state.since)}</span>`
    case 'signing-in':
      return html`<span class="state busy">Signing in …</span>`
    case 'asking':
      return html`<span class="state warn">Waits for your answer</span>`
    case 'needs-attention':
      return html`<span class="state bad">Needs attention</span>`
    case 'failed':
      return html`<span class="state bad">The last sign-in failed</span>`
    case 'signed-out':
      return html`<span class="state">Not signed in</span>`
  }
}

/** Why it stands so and what to do, where something is to be done. */
export function stateAdvice(state: AccountState): Html | undefined {
  switch (state.state) {
    case 'needs-attention':
      return advice(state.attention.reason, [state.attention.seen])
    case 'failed':
      return advice(state.kind, state.seen)
    case 'signed-in':
    case 'signing-in':
    case 'asking':
    case 'signed-out':
      return undefined
  }
}

function advice(kind: FailureKind | AttentionReason, seen: readonly string[]): Html {
  const { what, advice: next } = failures[kind]
  return html`<div class="note bad"><p><strong>${what}</strong> ${next}</p>${seen.length > 0 && html`<p><small>Seen: <bdi>${prose(seen)}</bdi></small></p>`}</div>`
}
