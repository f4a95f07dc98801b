/**
 * Sessions: live site sessions, who signs in and when, and the tickets that hand one over.
 *
 * Refuses: two sign-ins of one account at a time, a sign-in while the account needs attention, a ticket's second use.
 * Keeps laws 3, 4, 5 and 7.
 */
export type {
  EndReason,
  GivenCopy,
  HandedCookie,
  KeptSnapshot,
  NewAccount,
  NewAccountWanted,
  PageSignIn,
  PageSignIns,
  PasswordChangeTold,
  PendingChallenge,
  RegistrationOffer,
  Registrations,
  SessionEvent,
  Sessions,
  SiteSession,
  Ticket,
  Tickets,
} from './contract.ts'
export { createSessionMetrics, type SessionMetrics } from './counted/session-metrics.ts'
export { createSignInSpans, type SignInSpans } from './counted/sign-in-spans.ts'
export { failureForBorrower, nextAfter } from './failures/failure.ts'
export { createSessions, type SessionsOptions } from './sessions.ts'
