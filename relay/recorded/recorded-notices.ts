import type { Audit } from '../audit/index.ts'
import type { Notices } from '../control/notices/index.ts'
import { recorded } from './recorded.ts'

/** Where a person's notices go. Of a webhook and a push service the host alone: the rest of its address may be what lets one in there. */
export function recordedNotices(notices: Notices, audit: Audit): Notices {
  return recorded(notices, audit, {
    setMail: (owner, mail) => ({ act: 'notice.set-mail', owner, details: { address: mail?.address ?? 'none' } }),
    confirmMail: (owner) => ({ act: 'notice.confirm-mail', owner, details: { address: notices.delivery(owner).asked?.address ?? 'none' } }),
    setWebhook: (owner, webhook) => ({ act: 'notice.set-webhook', owner, details: { host: hostOf(webhook?.url) } }),
    addBrowser: (owner, { name, endpoint }) => ({ act: 'notice.add-browser', owner, details: { name, host: hostOf(endpoint) } }),
    renewBrowser: (owner, _, { endpoint }) => ({ act: 'notice.renew-browser', owner, details: { host: hostOf(endpoint) } }),
    removeBrowser: (owner, id) => ({ act: 'notice.end-browser', owner, details: browserOf(notices, owner, id) }),
    testBrowser: (owner, id) => ({ act: 'notice.test-browser', owner, details: browserOf(notices, owner, id) }),
  })
}

function browserOf(notices: Notices, owner: string, id: string): { name: string; host: string } {
  const { name = 'none', service = 'none' } = notices.delivery(owner).browsers.find((one) => one.id === id) ?? {}
  return { name, host: service }
}

function hostOf(url: string | undefined): string {
  return url === undefined || !URL.canParse(url) ? 'none' : new URL(url).host
}
