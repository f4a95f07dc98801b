import type { AuditRecord, From } from '../../audit/index.ts'
import { counted } from '../../counted.ts'
import type { NoticeKind, Telling } from './contract.ts'

/** What the owner is told of a record of the audit; undefined: nothing. The record is durable before the act, so no act goes untold. */
export function tellingOf(record: AuditRecord): Telling | undefined {
  const { owner, account, site, who, details } = record
  const kind = owner === undefined ? undefined : kindOf(record)
  if (kind === undefined || owner === undefined) return undefined
  const device = record.device ?? who.device
  const deviceName = kind === 'device-added' || kind === 'device-refused' ? nameIn(details?.name) : who.deviceName
  const portalSession = kind === 'account-used' ? undefined : (nameIn(details?.session) ?? who.session)
  const from = record.act === 'device.pair' ? placeIn(details) : record.from
  const text = textOf(kind, record)
  return {
    owner,
    kind,
    at: Date.parse(record.at),
    by: who,
    ...(account === undefined ? {} : { account }),
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device }),
    ...(deviceName === undefined ? {} : { deviceName }),
    ...(portalSession === undefined ? {} : { portalSession }),
    ...(record.act === 'user.password-link' ? { resetLink: true as const } : {}),
    ...(from === undefined ? {} : { from }),
    ...(text === undefined ? {} : { text }),
  }
}

function textOf(kind: NoticeKind, { act, reason, details }: AuditRecord): string | undefined {
  switch (kind) {
    case 'device-refused':
      return reason
    case 'sign-in-changed':
      return changes[act]
    case 'device-added':
      return act === 'device.pair'
        ? `a terminal, by a code, for ${details?.minutes === undefined ? 'some minutes' : counted(Number(details.minutes), 'minute')}`
        : undefined
    case 'grant-changed':
      return `it is lent to ${nameIn(details?.to) ?? 'somebody'}`
    default:
      return undefined
  }
}

/** Where the terminal is that was paired, not the phone that did it. */
function placeIn(details: AuditRecord['details']): From {
  return { address: nameIn(details?.address) ?? '', agent: nameIn(details?.agent) ?? '' }
}

const changes: Readonly<Record<string, string>> = {
  'user.add-password': 'a password was added',
  'user.change-password': 'another password',
  'user.password-link': 'who runs the relay made a link by which you choose another way to sign in',
  'user.reset-password': 'another way to sign in, by a link from who runs the relay',
  'user.add-second-factor': 'an authenticator app was set up',
  'user.renew-recovery-codes': 'new recovery codes',
  'user.remove-second-factor': 'the authenticator app was removed',
  'user.add-passkey': 'a passkey was added',
  'user.remove-passkey': 'a passkey was removed',
  'user.choose-phrase': 'another phrase on the sign-in page',
  'user.show-phrase': 'one more browser shows the phrase',
  'user.forget-phrase': 'the phrase is forgotten',
}

function kindOf({ act, outcome, who, details }: AuditRecord): NoticeKind | undefined {
  switch (act) {
    // It is announced and nothing tells of its end: the request goes to the site right after.
    case 'account.use':
      return outcome === 'intent' ? 'account-used' : undefined
    case 'session.copy':
      return outcome === 'done' ? 'session-copied' : undefined
    case 'site.sign-in':
      return outcome === 'done' ? 'site-sign-in' : undefined
    case 'placeholder.use':
      return outcome === 'done' ? 'site-sign-in' : undefined
    case 'ticket.claim':
      return outcome === 'done' ? 'session-taken' : undefined
    case 'device.add':
    case 'device.pair':
      return outcome === 'done' ? 'device-added' : undefined
    // What who runs the relay lends, by himself or by a file, is told by who lends; here is what was done in the owner's own name.
    case 'grant.add':
      return outcome === 'done' && who.kind === 'user' && details?.file === undefined ? 'grant-changed' : undefined
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
      return outcome === 'done' && Object.hasOwn(changes, act) ? 'sign-in-changed' : undefined
  }
}

function nameIn(value: string | number | boolean | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : String(value)
}
