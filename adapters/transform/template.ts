import { z } from 'zod'
import type { Value } from '../contract.ts'
import { type Expression, namesIn, parseExpression } from './expression.ts'
import { evaluate, type Names } from './transform.ts'

/** Checks a transform where it is written down: `md5(password)`. */
export const expression = z
  .string()
  .min(1)
  .superRefine((text, context) => tell(context, () => parseExpression(text)))

/** Checks a text with transforms in braces: `Bearer {token}`, `{md5(password + salt)}`. */
export const template = z.string().superRefine((text, context) => tell(context, () => parseTemplate(text)))

function tell(context: { addIssue(issue: { code: 'custom'; message: string }): void }, parse: () => unknown): void {
  try {
    parse()
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof SyntaxError ? error.message : 'cannot be read' })
  }
}

/** A template with its names filled in; the text itself where it has no braces. */
export function fillTemplate(text: string, names: Names): Value {
  return evaluate(parseTemplate(text), names)
}

/** The same where no secret may be: an address. */
export function fillText(text: string, names: Names): string {
  const value = fillTemplate(text, names)
  if (typeof value !== 'string') throw new SyntaxError('has a secret where none may be')
  return value
}

/** The names that a template uses. */
export function namesOf(text: string): string[] {
  return namesIn(parseTemplate(text))
}

function parseTemplate(text: string): Expression {
  const parts = text.split(/\{([^{}]+)\}/).map((part, index): Expression => (index % 2 === 0 ? { is: 'text', text: part } : parseExpression(part)))
  const kept = parts.filter((part) => part.is !== 'text' || part.text !== '')
  return kept.length === 1 ? (kept[0] as Expression) : { is: 'joined', of: kept }
}
