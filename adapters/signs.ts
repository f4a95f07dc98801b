import { z } from 'zod'

/** A text to find (case aside), or a regular expression between slashes: `/locked until \d+/i`. */
export const wording = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    try {
      wordingPattern(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'is not a regular expression' })
    }
  })

/** One of them or several. */
export const wordings = z.union([wording, z.array(wording)]).transform((given) => [given].flat())

/** One sign of what an answer means. Everything that it names must hold. */
const sign = z
  .strictObject({
    text: wording.optional().describe('Words of the page, or a regular expression between slashes.'),
    path: z.string().startsWith('/', 'must begin with a slash').optional().describe('The path of the page that came in the end.'),
    cookie: z.string().min(1).optional().describe('A cookie that was set or changed.'),
    status: z.int().min(100).max(599).optional().describe('The HTTP status of the answer.'),
  })
  .refine((given) => Object.keys(given).length > 0, 'must name a text, a path, a cookie or a status')

/**
 * By what an answer to a sign-in is told: any one sign of a list will do. Where signs of success are given, nothing else counts as
 * success: what matches none of them is a technical error, and what was seen is kept.
 */
export const signs = z.strictObject({
  success: z.array(sign).min(1).optional().describe('Signed in.'),
  denied: z.array(sign).min(1).optional().describe('User name or password refused.'),
})

export type Sign = z.infer<typeof sign>
export type Signs = z.infer<typeof signs>

/** What is held against the signs. */
export interface SignFacts {
  readonly status: number
  readonly path: string
  /** Title and text. */
  readonly text: string
  readonly cookies: readonly { readonly name: string; readonly change: 'set' | 'changed' | 'removed' }[]
}

/** The first sign that holds, in words; undefined: none does. */
export function findSign(given: readonly Sign[] | undefined, facts: SignFacts): string | undefined {
  const found = given?.find((one) => holds(one, facts))
  return found === undefined ? undefined : signInWords(found)
}

/** `text "Sign out" and cookie sid`. */
export function signInWords({ text, path, cookie, status }: Sign): string {
  const parts = [
    ...(text === undefined ? [] : [`the text "${text}"`]),
    ...(path === undefined ? [] : [`the path ${path}`]),
    ...(cookie === undefined ? [] : [`the cookie ${cookie}`]),
    ...(status === undefined ? [] : [`the status ${status}`]),
  ]
  return parts.join(' and ')
}

function holds({ text, path, cookie, status }: Sign, facts: SignFacts): boolean {
  if (text !== undefined && !wordingPattern(text).test(facts.text)) return false
  if (path !== undefined && path !== facts.path) return false
  if (cookie !== undefined && !facts.cookies.some(({ name, change }) => name === cookie && change !== 'removed')) return false
  return status === undefined || status === facts.status
}

export function wordingPattern(text: string): RegExp {
  const expression = /^\/(.+)\/([imsu]*)$/s.exec(text)
  if (expression === null) return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'iu')
  return new RegExp(expression[1] ?? '', expression[2])
}
