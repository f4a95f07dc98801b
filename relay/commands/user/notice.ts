import type { Command } from 'commander'
import { lingerWords } from '../account/account-copies.ts'
import { moment, printable, printJson, printLine, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

interface NoticeView {
  readonly id: string
  readonly title: string
  readonly at: number
  readonly lastAt?: number
  readonly account?: { readonly name?: string }
  readonly site?: string
  readonly device?: { readonly name?: string }
  readonly by?: { readonly kind: string; readonly name?: string }
  readonly from?: { readonly address?: string }
  readonly readAt?: number
  readonly disownedAt?: number
}

interface Ended {
  readonly frozen: boolean
  readonly sessionEnded: boolean
  readonly copiesLinger: boolean
  readonly deviceRevoked: boolean
  readonly portalSessionEnded: boolean
  readonly linkWithdrawn: boolean
}

interface Options extends CommonOptions {
  readonly user: string
}

/** `notice list|read|not-me`: what a person was told of what was done with what is his. */
export function noticeVerbs(notice: Command): void {
  const whose = (command: Command) => command.requiredOption('--user <NAME>', 'whose notices')
  whose(verb(notice, 'list', 'list the notices, newest first').option('--unread', 'only those that were not read')).action(list)
  whose(verb(notice, 'read [ID...]', 'mark notices as read; without an ID, all of them')).action(read)
  whose(verb(notice, 'not-me ID', 'it was not you: ends the session at the site, revokes the device and freezes the account')).action(notMe)
}

async function list(options: Options & { unread?: boolean }): Promise<void> {
  const query = new URLSearchParams({ user: options.user, ...(options.unread === true ? { unread: 'true' } : {}) })
  const answer = await withRelay(options, (relay) => relay.call<{ unread: number; notices: NoticeView[] }>('GET', `/api/v1/notices?${query}`))
  if (options.json === true) return printJson(answer)
  printTable(
    ['ID', 'TIME', 'WHAT', 'ACCOUNT', 'BY', 'DEVICE', 'FROM', ''],
    answer.notices.map((notice) => {
      const { id, title, at, lastAt = at, account, by, device, from } = notice
      return [id, moment(lastAt), title, account?.name ?? '-', by?.name ?? by?.kind ?? '-', device?.name ?? '-', from?.address ?? '-', markOf(notice)]
    }),
    'No notices.',
  )
}

async function read(ids: readonly string[], options: Options): Promise<void> {
  const body = { user: options.user, ...(ids.length === 0 ? {} : { ids }) }
  const answer = await withRelay(options, (relay) => relay.call<{ read: number; unread: number }>('POST', '/api/v1/notices/read', body))
  if (options.json === true) printJson(answer)
  else printLine(`Marked ${answer.read} as read; ${answer.unread} ${answer.unread === 1 ? 'is' : 'are'} unread.`)
}

async function notMe(id: string, options: Options): Promise<void> {
  const path = `/api/v1/notices/${encodeURIComponent(id)}/not-me`
  const ended = await withRelay(options, (relay) => relay.call<Ended>('POST', path, { user: options.user }))
  if (options.json === true) return printJson(ended)
  const done = [
    ended.frozen && `The account is frozen: \`login-relay account unfreeze ACCOUNT --user ${printable(options.user)}\` lifts that.`,
    ended.sessionEnded && `Its session is ended${ended.copiesLinger ? ' here' : ' here, and the site was told'}.`,
    ended.copiesLinger && lingerWords('ACCOUNT', options),
    ended.deviceRevoked && 'The device is revoked.',
    ended.portalSessionEnded && 'The sign-in to the portal is ended.',
    ended.linkWithdrawn && 'The link for another way to sign in is worth nothing any more.',
  ].filter((line) => line !== false)
  for (const line of done.length === 0 ? [`${printable(id)} names nothing that could still be ended.`] : done) printLine(line)
}

function markOf({ readAt, disownedAt }: NoticeView): string {
  if (disownedAt !== undefined) return 'not you'
  return readAt === undefined ? 'unread' : ''
}
