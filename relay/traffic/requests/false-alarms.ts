import type { ResponseFacts } from '../../../adapters/index.ts'
import type { SiteSession } from '../../sessions/index.ts'

/** More pages of one account that always look signed out are not remembered. */
const mostPages = 200
/** Accounts of which something is remembered. */
const mostAccounts = 1000
/** Sign-ins in a row that none was seen to be good for, before the next one waits; then each waits twice as long as the one before. */
const freeSignIns = 3
const [firstWait, longestWait] = [60_000, 600_000]

type Asked = Pick<ResponseFacts, 'method' | 'url'>

interface Alarms {
  /** Pages that looked signed out right after a fresh sign-in, with the session of that. */
  readonly pages: Map<string, string>
  /** Sessions in a row that were replaced, and what asked for that was not seen to look better. */
  inARow: number
  /** What asked for that, with the session in which it looked signed out. */
  readonly asking: Map<string, string>
  /** The last of them, and when that was. */
  replaced: string
  at: number
}

/**
 * Some pages always look signed out: one for another role, a sign-out. Without this each visit to one would sign in anew, and sites lock
 * accounts that sign in again and again. By account: what is a page's way stays so in the next session.
 */
const ofAccount = new Map<string, Alarms>()

export function isFalseAlarm({ account }: SiteSession, asked: Asked): boolean {
  return ofAccount.get(account.id)?.pages.has(pageOf(asked)) ?? false
}

/** Looks this page signed out right after a sign-in, it is its way and not the session's end. */
export function noteFalseAlarm({ account, id }: SiteSession, asked: Asked): void {
  const { pages, asking } = alarmsOf(account.id)
  asking.delete(pageOf(asked))
  if (pages.size < mostPages) pages.set(pageOf(asked), id)
}

/** May a session that looks ended be replaced now? */
export function mayReplace({ account, id }: SiteSession, now = Date.now()): boolean {
  const alarms = ofAccount.get(account.id)
  if (alarms === undefined || alarms.inARow < freeSignIns || alarms.replaced === id) return true
  return now - alarms.at >= Math.min(firstWait * 2 ** (alarms.inARow - freeSignIns), longestWait)
}

/** It is. Whether that was good for anything shows when the page is asked for again: by the relay, or by the client where the relay could not. */
export function noteReplaced({ account, id }: SiteSession, asked: Asked, now = Date.now()): void {
  const alarms = alarmsOf(account.id)
  if (alarms.asking.size < mostPages) alarms.asking.set(pageOf(asked), id)
  // Many requests meet the end of one session.
  if (alarms.replaced === id) return
  alarms.inARow += 1
  alarms.replaced = id
  alarms.at = now
}

/** A page that looks signed in. */
export function noteSignedIn({ account, id }: SiteSession, asked: Asked): void {
  const alarms = ofAccount.get(account.id)
  if (alarms === undefined) return
  const page = pageOf(asked)
  // In the session that it looked signed out in, it may be a matter of what is asked of it.
  if ((alarms.asking.get(page) ?? id) !== id) {
    alarms.inARow = 0
    alarms.asking.clear()
  }
  if (alarms.pages.get(page) !== id) alarms.pages.delete(page)
  if (alarms.inARow === 0 && alarms.pages.size === 0) ofAccount.delete(account.id)
}

function alarmsOf(accountId: string): Alarms {
  const present = ofAccount.get(accountId)
  if (present !== undefined) return present
  const [oldest] = ofAccount.keys()
  if (ofAccount.size >= mostAccounts && oldest !== undefined) ofAccount.delete(oldest)
  const alarms: Alarms = { pages: new Map(), inARow: 0, asking: new Map(), replaced: '', at: 0 }
  ofAccount.set(accountId, alarms)
  return alarms
}

function pageOf({ method, url }: Asked): string {
  return `${method} ${url.origin}${url.pathname}`
}
