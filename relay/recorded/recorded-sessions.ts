import type { Logger } from 'pino'
import type { Accounts } from '../accounts/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Login } from '../login/index.ts'
import type { Sessions } from '../sessions/index.ts'
import { recorded } from './recorded.ts'
import { accountFacts, ownedAccount } from './recorded-accounts.ts'

/** Each sign-in at a site, and what the site said. */
export function recordedLogin(login: Login, audit: Audit): Login {
  return recorded(login, audit, {
    signIn: ({ account }) => ({
      act: 'site.sign-in',
      ...accountFacts(account),
      details: { version: account.credentialVersion },
      told: (outcome) => (outcome.ok ? {} : { outcome: outcome.kind === 'wrong-password' ? 'refused' : 'failed', error: outcome.kind }),
    }),
    tryWrong: ({ account }) => ({ act: 'site.try-wrong', ...accountFacts(account) }),
  })
}

/** What people do with sessions, tickets, placeholders and registrations. */
export function recordedSessions(sessions: Sessions, accounts: Accounts, audit: Audit): Sessions {
  const { tickets, pageSignIns, registrations } = sessions
  const of = (id: string) => ownedAccount(accounts, id)
  return recorded(
    sessions,
    audit,
    {
      end: (id) => ({ act: 'session.end', ends: true, ...of(id) }),
      endLingering: (id) => ({ act: 'session.end', ends: true, ...of(id) }),
      rotate: (id) => ({ act: 'account.rotate', ...of(id) }),
    },
    {
      tickets: recorded(tickets, audit, {
        issue: (id) => ({ act: 'ticket.issue', ...of(id), told: ({ value, expiresAt }) => ({ details: { ticket: audit.fingerprint(value), expiresAt } }) }),
        redeem: async (value) => {
          const ticket = await tickets.lookup(value)
          return { act: 'ticket.claim', ...(ticket === undefined ? {} : of(ticket.accountId)), details: { ticket: audit.fingerprint(value) } }
        },
      }),
      pageSignIns: recorded(pageSignIns, audit, {
        begin: (id, device) => ({
          act: 'placeholder.issue',
          ...of(id),
          ...(device === undefined ? {} : { device }),
          told: ({ placeholder }) => ({ details: { placeholder: audit.fingerprint(placeholder) } }),
        }),
      }),
      registrations: recorded(
        registrations,
        audit,
        {
          accept: (id, owner) => ({ act: 'registration.accept', owner, details: { registration: id } }),
          decline: (id, owner) => ({ act: 'registration.decline', owner, details: { registration: id } }),
        },
        {
          prepare: (wanted) => {
            const { account, make } = registrations.prepare(wanted)
            return { account, make: () => audit.act({ act: 'account.register', ...accountFacts(account) }, make) }
          },
        },
      ),
    },
  )
}

/** Sessions that end by themselves are recorded afterwards, for as long as both rooms are: nobody asked whether they may. */
export function recordEnds(sessions: Sessions, audit: Audit, log: Logger): void {
  sessions.onEvent((event) => {
    if (event.type !== 'ended' || event.reason === 'person') return
    void audit
      .record({ act: 'session.ended', outcome: 'done', ...accountFacts(event.account), reason: event.reason })
      .catch((error: unknown) => log.error({ err: error }, 'the end of a session could not be recorded'))
  })
}
