import { createHash } from 'node:crypto'

/**
 * The field of a credential that holds the answer to a security question. Case, white space and punctuation of the question do not matter:
 * sites write `What was your first school?` and `what was your first school`.
 */
export function answerField(question: string): string {
  const plain = question
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  return `answer-${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}`
}
