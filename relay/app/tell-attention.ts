import type { Accounts } from '../accounts/index.ts'
import type { Notices } from '../control/notices/index.ts'
import type { Sessions } from '../sessions/index.ts'

/** An account that is left alone from now on waits for its owner: a sign-in that failed has said so before it tells that it failed. */
export function tellAttention(sessions: Sessions, accounts: Accounts, notices: Notices): void {
  sessions.onEvent(({ type, account: { id } }) => {
    const account = type === 'failed' ? accounts.account(id) : undefined
    const { owner, siteId: site, attention } = account ?? {}
    if (owner === undefined || site === undefined || attention === undefined) return
    void notices.tell({ owner, kind: 'account-attention', account: id, site, text: attention.seen })
  })
}
