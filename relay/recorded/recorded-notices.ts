import type { Audit } from '../audit/index.ts'
import type { Notices } from '../control/notices/index.ts'
import { recorded } from './recorded.ts'

/** Where a person's notices go. Of a webhook the host alone: the rest of its address may be what lets one in there. */
export function recordedNotices(notices: Notices, audit: Audit): Notices {
  return recorded(notices, audit, {
    setMail: (owner, mail) => ({ act: 'notice.set-mail', owner, details: { address: mail?.address ?? 'none' } }),
    setWebhook: (owner, webhook) => ({ act: 'notice.set-webhook', owner, details: { host: hostOf(webhook?.url) } }),
  })
}

function hostOf(url: string | undefined): string {
  return url === undefined || !URL.canParse(url) ? 'none' : new URL(url).host
}
