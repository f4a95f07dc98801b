import type { AuditRecord } from '../../audit/index.ts'
import type { NoticeKind, Telling } from './contract.ts'

/** What the owner is told of a record of the audit; undefined: nothing. The record is durable before the act, so no act goes untold. */
export function tellingOf(record: AuditRecord): Telling | undefined {
  const { owner, account, site, who, from, details } = record
  const kind = owner === undefined ? undefined : kindOf(record)
  if (kind === undefined || owner === undefined) return undefined
  const device = record.device ?? who.device
  const deviceName = kind === 'device-added' ? nameIn(details?.name) : kind === 'device-refused' ? nameIn(details?.name) : who.deviceName
  const portalSession = nameIn(details?.session) ?? who.session
  return {
    owner,
    kind,
    at: Date.parse(record.at),
    by: who,
    ...(account === undefined ? {} : { account }),
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device }),
    ...(deviceName === undefined ? {} : { deviceName }),
    ...(portalSession === undefined || kind === 'account-used' ? {} : { portalSession }),
    ...(from === undefined ? {} : { from }),
    ...(kind === 'device-refused' && record.reason !== undefined ? { text: record.reason } : {}),
    ...(kind === 'sign-in-changed' ? { text: changes[record.act] ?? '' } : {}),
  }
}

const changes: Readonly<Record<string, string>> = {
  'user.change-password': 'another password',
  'user.add-second-factor': 'an authenticator app was set up',
  'user.renew-recovery-codes': 'new recovery codes',
  'user.remove-second-factor': 'the authenticator app was removed',
  'user.add-passkey': 'a passkey was added',
  'user.remove-passkey': 'a passkey was removed',
  'user.choose-phrase': 'another phrase on the sign-in page',
  'user.show-phrase': 'one more browser shows the phrase',
  'user.forget-phrase': 'the phrase is forgotten',
}

function kindOf({ act, outcome, details }: AuditRecord): NoticeKind | undefined {
  switch (act) {
    // It is announced and nothing tells of its end: the request goes to the site right after.
    case 'account.use':
      return outcome === 'intent' ? 'account-used' : undefined
    case 'site.sign-in':
      return outcome === 'done' ? 'site-sign-in' : undefined
    case 'placeholder.use':
      return outcome === 'done' ? 'site-sign-in' : undefined
    case 'ticket.claim':
      return outcome === 'done' ? 'session-taken' : undefined
    case 'device.add':
    case 'device.pair':
      return outcome === 'done' ? 'device-added' : undefined
    case 'user.change-password':
    case 'user.add-second-factor':
    case 'user.renew-recovery-codes':
    case 'user.remove-second-factor':
    case 'user.add-passkey':
    case 'user.remove-passkey':
    case 'user.choose-phrase':
    case 'user.show-phrase':
    case 'user.forget-phrase':
      return outcome === 'done' ? 'sign-in-changed' : undefined
    case 'device.refuse':
      return outcome === 'refused' ? 'device-refused' : undefined
    case 'portal.sign-in':
    case 'portal.sign-in-code':
    case 'portal.sign-in-set-up':
    case 'portal.sign-in-passkey':
      if (outcome === 'done') return details?.by === 'recovery' ? 'recovery-code-used' : 'portal-sign-in'
      return outcome === 'refused' ? 'failed-tries' : undefined
    case 'portal.verify':
      return outcome === 'refused' ? 'failed-tries' : undefined
    default:
      return undefined
  }
}

function nameIn(value: string | number | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
