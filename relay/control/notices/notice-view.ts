import type { Notice } from './contract.ts'
import { noticeTitle } from './notice-words.ts'

/** What the API and webhooks say of a notice. Every field is named here, so that a new one does not leak by itself. */
export function noticeView(notice: Notice) {
  const { id, kind, at, account, accountName: name, site, device, deviceName, by, from, isNew, text, count, lastAt, readAt, disownedAt } = notice
  return {
    id,
    kind,
    title: noticeTitle(notice),
    at,
    ...(account === undefined ? {} : { account: { id: account, ...(name === undefined ? {} : { name }) } }),
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device: { id: device, ...(deviceName === undefined ? {} : { name: deviceName }) } }),
    ...(by === undefined ? {} : { by: { kind: by.kind, ...(by.name === undefined ? {} : { name: by.name }) } }),
    ...(from === undefined ? {} : { from }),
    ...(isNew === undefined ? {} : { isNew }),
    ...(text === undefined ? {} : { text }),
    ...(count === undefined ? {} : { count }),
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(readAt === undefined ? {} : { readAt }),
    ...(disownedAt === undefined ? {} : { disownedAt }),
  }
}
