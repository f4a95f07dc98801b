import type { Notice, NoticeGroup, NoticeKind } from './contract.ts'

interface Words {
  readonly group: NoticeGroup
  readonly title: string
  /** Tries like it within an hour are one notice. */
  readonly summed?: true
}

const words: Readonly<Record<NoticeKind, Words>> = {
  'account-used': { group: 'use', title: 'An account was used' },
  'site-sign-in': { group: 'use', title: 'The relay signed in at a site' },
  'session-copied': { group: 'use', title: 'A device keeps a copy of a session' },
  'session-taken': { group: 'use', title: 'A session was taken by a link' },
  'account-attention': { group: 'attention', title: 'An account needs your attention' },
  'access-asked': { group: 'attention', title: 'Somebody asks for an account' },
  'access-answered': { group: 'attention', title: 'What you asked for is decided' },
  'grant-changed': { group: 'attention', title: 'Who may use an account was changed' },
  'portal-sign-in': { group: 'door', title: 'Somebody signed in to the relay as you' },
  'recovery-code-used': { group: 'door', title: 'Somebody signed in to the relay with a recovery code of yours' },
  'failed-tries': { group: 'door', title: 'Somebody failed to sign in to the relay as you', summed: true },
  'sign-in-changed': { group: 'door', title: 'How you sign in to the relay was changed' },
  'device-added': { group: 'door', title: 'A device was enrolled as yours' },
  'device-refused': { group: 'door', title: 'A device was refused for its certificate', summed: true },
  'delivery-changed': { group: 'door', title: 'Where your notices go was changed' },
  'delivery-test': { group: 'door', title: 'A test of your notices' },
}

export const noticeGroups: readonly NoticeGroup[] = ['use', 'attention', 'door']
export const noticeKinds = Object.keys(words) as readonly NoticeKind[]

export function groupOf(kind: NoticeKind): NoticeGroup {
  return words[kind].group
}

export function isSummed(kind: NoticeKind): boolean {
  return words[kind].summed === true
}

/** What happened, in one line, without a full stop. */
export function noticeTitle({ kind, isNew, count = 1 }: Notice): string {
  const { title } = words[kind]
  if (count > 1) return `${title} (${count} times)`
  return isNew === true ? `${title}, from a browser or place that is new` : title
}

/** The facts, each a name and a value: the same in the portal, in mail and on the command line. Values come from clients and sites. */
export function noticeFacts(notice: Notice): readonly (readonly [name: string, value: string])[] {
  const { account, accountName, site, device, deviceName, by, from, text } = notice
  const facts: (readonly [string, string | undefined])[] = [
    ['Account', accountName ?? account],
    ['Site', site],
    ['By', whoWords(by)],
    ['Device', deviceName ?? by?.deviceName ?? device],
    ['From', from?.address],
    ['Browser', from?.agent],
    ['What', text],
  ]
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined && fact[1] !== '')
}

function whoWords(by: Notice['by']): string | undefined {
  switch (by?.kind) {
    case undefined:
      return undefined
    case 'local':
      return 'who runs the relay, on its own machine'
    case 'relay':
      return 'the relay itself'
    case 'unknown':
      return 'somebody unknown'
    case 'user':
    case 'device':
      return by.name ?? 'somebody'
  }
}
