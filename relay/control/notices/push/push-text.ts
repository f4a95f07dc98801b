import type { Notice } from '../contract.ts'
import { harmless } from '../harmless.ts'
import { noticeFacts, noticeTitle } from '../notice-words.ts'

/**
 * All of them are made as long. Push services take more (`longestMessage`), but some pass a message on to a phone in base64, in 4096 bytes.
 */
export const messageBytes = 2048

/** Seven facts of so many characters, each of three bytes at most, fit into `messageBytes`; the notice's page has them whole. */
const mostOfFact = 80

/** What the worker (relay/portal/assets/notice-worker.js) shows: text alone, and the id from which it makes the address of the notice's page. */
export function pushText(notice: Notice): Buffer {
  const { id, at, lastAt = at } = notice
  const facts = noticeFacts(notice).map(([name, value]) => `${name}: ${harmless(value).slice(0, mostOfFact).toWellFormed()}`)
  return Buffer.from(JSON.stringify({ id, title: noticeTitle(notice), body: facts.join('\n'), at: lastAt }))
}
