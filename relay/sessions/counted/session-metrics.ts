import type { Accounts } from '../../accounts/index.ts'
import { type Family, Histogram, labelled, single } from '../../metrics/index.ts'
import type { SessionEvent, Sessions } from '../contract.ts'

/** Milliseconds. A sign-in takes some requests; a person who is asked takes minutes. */
const bounds = [250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 180_000]

/** Counts of what happens to sessions, from their events. */
export interface SessionMetrics {
  families(): readonly Family[]
}

/** Listens from now on. */
export function createSessionMetrics(sessions: Sessions, accounts: Pick<Accounts, 'listAccounts'>): SessionMetrics {
  const signIns = new Map<string, number>()
  const ended = new Map<string, number>()
  const durations = new Histogram(bounds)
  let captchas = 0
  let questions = 0

  sessions.onEvent((event: SessionEvent) => {
    switch (event.type) {
      case 'signed-in':
        add(signIns, 'signed-in')
        durations.observe(event.timing.total)
        break
      case 'failed':
        add(signIns, event.kind)
        break
      case 'ended':
        add(ended, event.reason)
        break
      case 'challenge':
        questions++
        break
      case 'step':
        if (event.step.name === 'captcha') captchas++
        break
      case 'started':
      case 'password':
        break
    }
  })

  return {
    families: () => [
      labelled('login_relay_sign_ins_total', 'counter', 'Sign-ins by what came of them.', 'outcome', signIns),
      durations.family('login_relay_sign_in_duration_seconds', 'Sign-ins that succeeded, with the time a person took.'),
      labelled('login_relay_sessions_ended_total', 'counter', 'Sessions that ended, by the reason.', 'reason', ended),
      single('login_relay_captcha_reads_total', 'counter', 'Captchas read or answered at sign-ins, and images fetched anew.', captchas),
      single('login_relay_questions_total', 'counter', 'Questions put before a person.', questions),
      single('login_relay_sessions', 'gauge', 'Live sessions at sites.', sessions.listLive().length),
      single('login_relay_open_questions', 'gauge', 'Questions that wait for a person.', sessions.challenges().length),
      single(
        'login_relay_accounts_needing_attention',
        'gauge',
        'Accounts that are left alone until a person acts.',
        accounts.listAccounts().filter(({ attention }) => attention !== undefined).length,
      ),
    ],
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
