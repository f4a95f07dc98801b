import type { FailureKind } from '../../../adapters/index.ts'
import type { Account, Attention, AttentionReason } from '../../accounts/index.ts'
import { isRelayError, RelayError } from '../../errors.ts'
import type { RecentFailure } from './cooldown.ts'

/** Each kind of failure in words a person reads, and what he can do about it: `ACCOUNT` and `SITE` stand for the names. */
const words: Readonly<Record<FailureKind | AttentionReason, { readonly what: string; readonly advice: string }>> = {
  'wrong-password': {
    what: 'the site refused the user name or password',
    advice:
      'Give the right password in the portal, or with `login-relay account add SITE --name ACCOUNT --replace`; if it is right, say so there or with `login-relay account confirm ACCOUNT`.',
  },
  'wrong-captcha': {
    what: 'the site refused every captcha answer',
    advice: 'Try again and answer the captcha yourself: the portal and `login-relay login ACCOUNT` ask you.',
  },
  'site-down': { what: 'the site did not answer properly', advice: 'Check that the site is up; `login-relay site check SITE` tells what the relay sees.' },
  'form-not-found': { what: 'no sign-in form was found', advice: 'Check the login address with `login-relay site check SITE`.' },
  blocked: { what: 'the site blocks this account or this address', advice: 'Clear it with the people who run the site, then sign in again.' },
  challenge: {
    what: 'the site asked for something that only a person can do',
    advice: 'Sign in from the portal and answer it there; for a slider, a picture puzzle or “I am not a robot”, choose “Sign in by hand”.',
  },
  unknown: {
    what: 'the site answered in a way the relay does not know',
    advice: 'Look at what was seen (`login-relay explain ACCOUNT`); a site with unusual words needs signs (docs/sites.md). Then sign in again.',
  },
  interrupted: {
    what: 'what the site made of the last password is not known',
    advice:
      'When the site is up, sign in from the portal or with `login-relay login ACCOUNT`: the password is sent once more. The relay does not do it by itself.',
  },
  registering: {
    what: 'the site was asked to make this account, and no sign-in has shown that it did',
    advice:
      'Do what the site wants first, then sign in from the portal or with `login-relay login ACCOUNT`. If there is no such account: `login-relay account remove ACCOUNT`.',
  },
  frozen: {
    what: 'its owner froze it',
    advice: 'The owner lifts that in the portal, or with `login-relay account unfreeze ACCOUNT`.',
  },
  'interrupted-twice': {
    what: 'what the site made of the last two passwords is not known',
    advice:
      'Look whether you can sign in at the site yourself. If the password is right, say so in the portal or with `login-relay account confirm ACCOUNT`; else replace it there.',
  },
}

/** The failure as the error that callers get, with the attention that came of it. What was seen went through the engine's scrubber: it holds no secret. */
export function failureError(account: Account, { kind, seen }: RecentFailure, attention?: Attention): RelayError {
  const left = attention?.reason === 'interrupted' ? [words.interrupted.what] : []
  const advice = nextAfter(attention?.reason ?? kind, account)
  return new RelayError('login_failed', { params: { site: account.siteId, kind: [words[kind].what, ...seen, ...left].join('; '), advice } })
}

/** What the person can do now. */
export function nextAfter(reason: FailureKind | AttentionReason, { name, siteId }: Pick<Account, 'name' | 'siteId'>): string {
  return words[reason].advice.replace(/ACCOUNT|SITE/g, (word) => (word === 'SITE' ? siteId : name))
}

export function attentionError(account: Account, attention: Attention): RelayError {
  const reason = `${words[attention.reason].what} (${attention.seen})`
  return new RelayError('needs_attention', { params: { account: account.name, reason, advice: nextAfter(attention.reason, account) } })
}

export function endedByPerson({ siteId }: Account): RelayError {
  return new RelayError('login_failed', {
    params: { site: siteId, kind: 'it was ended by a person', advice: 'Sign in again when you need the session.' },
  })
}

/** What who borrows the account hears of a failure: what the relay saw at the site is its owner's. Every other error as it is. */
export function failureForBorrower({ name, siteId }: Account, thrown: unknown): unknown {
  const told = { reason: 'its owner can see why', advice: 'Ask the owner of the account.' }
  if (isRelayError(thrown, 'login_failed')) return new RelayError('login_failed', { params: { site: siteId, kind: told.reason, advice: told.advice } })
  if (isRelayError(thrown, 'needs_attention')) return new RelayError('needs_attention', { params: { account: name, ...told } })
  return thrown
}

/** Is the credential not to be sent again, whoever asks, until a person has replaced or confirmed it (law 3), or lifted what keeps it from use? */
export function isFrozen({ attention }: Account): boolean {
  return attention?.reason === 'wrong-password' || attention?.reason === 'interrupted-twice' || attention?.reason === 'frozen'
}

/** Does this failure leave the account untouched until a person acts (law 3)? */
export function attentionFor({ kind, seen, sent }: RecentFailure & { readonly sent: boolean }, now: number): Attention | undefined {
  const told = seen.join('; ')
  switch (kind) {
    case 'wrong-password':
    case 'blocked':
    case 'challenge':
      return attention(kind, told, now)
    // From here on: a password that has left, and of which nothing tells what became, could lock the account if it were sent again and again.
    case 'unknown':
      return sent ? attention(kind, told, now) : undefined
    case 'form-not-found':
      return sent ? attention('unknown', told, now) : undefined
    case 'site-down':
      return sent ? attention('interrupted', `${told || words[kind].what}, when the password had left`, now) : undefined
    case 'wrong-captcha':
      return undefined
  }
}

function attention(reason: AttentionReason, told: string, since: number): Attention {
  return { reason, seen: told.slice(0, 500) || words[reason].what, since }
}
