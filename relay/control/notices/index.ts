/**
 * Notices: what a person is told of what was done with what is his. Most follow from the audit, record by record, so that an act is
 * told because it was recorded; other rooms tell the rest by `tell`. Durable, bounded for each person and by age.
 *
 * Refuses: another's notices. Holds no secret: names, ids, addresses. Never keeps an act waiting. Keeps laws 1, 5, 7.
 */
export type { DeliveryChoice, NewBrowser, Notice, NoticeBrowser, NoticeGroup, NoticeKind, Notices, PushAddress } from './contract.ts'
export { createNotices, type DeliveryOptions } from './create-notices.ts'
export { noticeView } from './notice-view.ts'
export { noticeFacts, noticeGroups, noticeKinds, noticeTitle } from './notice-words.ts'
