import type { Command } from 'commander'
import { parse } from 'yaml'
import { RelayError } from '../../errors.ts'
import { readNamedFile } from '../verb/read-named-file.ts'
import { askHidden, readPassword, readStandardInput, type SecretOptions, takesPassword, withoutLineEnd } from './read-secret.ts'

export interface CredentialOptions extends SecretOptions {
  readonly totp?: boolean
  readonly totpStdin?: boolean
  readonly totpFile?: string
  readonly answersFile?: string
}

/** What an account is given: its password, the key of its authenticator app, its answers to security questions. */
export interface GivenCredential {
  readonly password: string
  readonly totp?: string
  readonly answers?: Readonly<Record<string, string>>
}

export function takesCredential(command: Command): Command {
  return takesPassword(command)
    .option('--totp', 'ask for the key of the authenticator app too: an otpauth:// address, or the key in letters and digits')
    .option('--totp-stdin', 'read it from standard input; with --password-stdin from the line after the password')
    .option('--totp-file <FILE>', 'read it from a file')
    .option('--answers-file <FILE>', 'answers to security questions: a YAML file, a line `question: answer` each')
}

/** Secrets come from standard input, a prompt or a file, never from argv. */
export async function readCredential(options: CredentialOptions, question: string, verb: string): Promise<GivenCredential> {
  const { password, totp } = options.passwordStdin === true && options.totpStdin === true ? await readBoth(verb) : await readEach(options, question, verb)
  const answers = options.answersFile === undefined ? undefined : await readAnswers(options.answersFile, verb)
  return { password, ...(totp === undefined ? {} : { totp }), ...(answers === undefined ? {} : { answers }) }
}

async function readBoth(verb: string): Promise<GivenCredential> {
  const [password = '', totp = ''] = (await readStandardInput()).split(/\r?\n/)
  if (password === '' || totp === '')
    throw new RelayError('usage', { params: { problem: 'Standard input has the password in its first line and the key in its second.', verb } })
  return { password, totp }
}

async function readEach(options: CredentialOptions, question: string, verb: string): Promise<GivenCredential> {
  const password = await readPassword(options, question, verb)
  if (options.totpFile !== undefined) return { password, totp: withoutLineEnd(await readNamedFile(options.totpFile, verb)) }
  if (options.totpStdin === true) return { password, totp: withoutLineEnd(await readStandardInput()) }
  if (options.totp !== true) return { password }
  if (!process.stdin.isTTY) throw new RelayError('usage', { params: { problem: 'Give the key with --totp-stdin or --totp-file.', verb } })
  return { password, totp: await askHidden('Key of the authenticator app: ') }
}

async function readAnswers(file: string, verb: string): Promise<Readonly<Record<string, string>>> {
  const text = await readNamedFile(file, verb)
  const read = parsed(text)
  const entries = typeof read === 'object' && read !== null && !Array.isArray(read) ? Object.entries(read) : []
  if (entries.length === 0 || entries.some(([, answer]) => typeof answer !== 'string' && typeof answer !== 'number')) {
    throw new RelayError('usage', { params: { problem: `The file ${file} does not have a line \`question: answer\` for each question.`, verb } })
  }
  return Object.fromEntries(entries.map(([question, answer]) => [question, String(answer)]))
}

/** What a YAML error quotes may be an answer. */
function parsed(text: string): unknown {
  try {
    return parse(text, { schema: 'failsafe' })
  } catch {
    return undefined
  }
}
