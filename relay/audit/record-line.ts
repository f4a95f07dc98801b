import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { AuditEntry, AuditRecord, Who } from './contract.ts'

/** The hash before the first record. */
export const noHash = Buffer.alloc(32).toString('base64url')

/** How far the chain is. */
export interface Head {
  readonly n: number
  readonly hash: string
}

const macMember = ',"mac":"'
/** 32 bytes in base64url, a quote and a brace. */
const macLength = 43 + 2

/** A record as its line, without the line's end. What the MAC stands for is the line itself up to it: nothing is written in two ways. */
export function writeRecord(head: Head, at: Date, entry: AuditEntry & { readonly who: Who }, key: Buffer): string {
  const { act, outcome, who, ...rest } = entry
  const body = JSON.stringify({ n: head.n + 1, at: at.toISOString(), prev: head.hash, act, outcome, who, ...rest })
  const signed = body.slice(0, -1)
  return `${signed}${macMember}${macOf(signed, key)}"}`
}

/** The record of a line; undefined: it is none. Says nothing of the MAC. */
export function readRecord(line: string): AuditRecord | undefined {
  try {
    const record = JSON.parse(line) as AuditRecord
    const isRecord = Number.isSafeInteger(record?.n) && typeof record.at === 'string' && typeof record.prev === 'string' && typeof record.act === 'string'
    return isRecord && typeof record.mac === 'string' && typeof record.who === 'object' ? record : undefined
  } catch {
    return undefined
  }
}

/** Has the relay that has this key written this line? */
export function isGenuine(line: string, key: Buffer): boolean {
  const end = line.length - macLength
  const start = end - macMember.length
  if (start < 0 || line.slice(start, end) !== macMember) return false
  const given = Buffer.from(line.slice(end))
  const expected = Buffer.from(`${macOf(line.slice(0, start), key)}"}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

export function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('base64url')
}

export function macOf(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}
