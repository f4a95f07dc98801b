/**
 * Sessions: live site sessions, who signs in and when, and the tickets that hand one over.
 *
 * Refuses: two sign-ins of one account at a time, a sign-in while the account needs attention, a ticket's second use.
 * Keeps laws 3, 4, 5 and 7.
 */
export type {
  CopyHolder,
  CopyWay,
  GivenCopy,
  HandedCookie,
  KeptSnapshot,
  NewAccount,
  PageSignIn,
  PasswordChangeTold,
  PendingChallenge,
  SessionEvent,
  Sessions,
  SiteSession,
  Ticket,
  Tickets,
} from './contract.ts'
export { createSessionMetrics } from './counted/session-metrics.ts'
export { createSignInSpans, type SignInSpans } from './counted/sign-in-spans.ts'
export { attentionError, failureForBorrower, nextAfter } from './failures/failure.ts'
export { copyHolder } from './live/copy-holder.ts'
export { createSessions } from './sessions.ts'
