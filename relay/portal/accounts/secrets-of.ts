import { answerField } from '../../../adapters/index.ts'

/** The secrets of an account as they are stored, by field. */
export function secretsOf(given: {
  readonly password: string
  readonly totp?: string | undefined
  readonly answers?: Readonly<Record<string, string>> | undefined
}): Record<string, string> {
  const answers = Object.entries(given.answers ?? {}).map(([question, answer]) => [answerField(question), answer])
  return { password: given.password, ...(given.totp === undefined ? {} : { totp: given.totp }), ...Object.fromEntries(answers) }
}
