import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { readNamedFile } from '../verb/read-named-file.ts'

export interface SecretOptions {
  readonly passwordStdin?: boolean
  readonly passwordFile?: string
}

/** The two ways to give a password besides the prompt. Never from argv: other people on the machine read that. */
export function takesPassword(command: Command): Command {
  return command.option('--password-stdin', 'read the password from standard input').option('--password-file <FILE>', 'read the password from a file')
}

/** The password: from standard input or a file as it stands less one line end, or asked for on the terminal. */
export async function readPassword(options: SecretOptions, question: string, verb: string): Promise<string> {
  const password = await read(options, question, verb)
  if (password === '') throw new RelayError('usage', { params: { problem: 'The password is empty.', verb } })
  return password
}

/** The same for a password that is made now: typed on the terminal it is asked for twice, since nobody sees what he types. */
export async function readNewPassword(options: SecretOptions, question: string, verb: string): Promise<string> {
  const password = await readPassword(options, question, verb)
  const isTyped = options.passwordFile === undefined && options.passwordStdin !== true
  if (isTyped && (await askHidden('The same again: ')) !== password) {
    throw new RelayError('usage', { params: { problem: 'The two passwords are not the same.', verb } })
  }
  return password
}

async function read({ passwordStdin, passwordFile }: SecretOptions, question: string, verb: string): Promise<string> {
  if (passwordFile !== undefined) return withoutLineEnd(await readNamedFile(passwordFile, verb))
  if (passwordStdin === true) {
    return withoutLineEnd(await readStandardInput())
  }
  if (!process.stdin.isTTY) throw new RelayError('usage', { params: { problem: 'Give the password with --password-stdin or --password-file.', verb } })
  return askHidden(question)
}

/** All of it, as text. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Asks a question whose answer is shown as it is typed. */
export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await new Promise((resolve) => lines.question(question, resolve))
  } finally {
    lines.close()
  }
}

/** Asks a question whose answer is not shown. */
export async function askHidden(question: string): Promise<string> {
  const { stdin } = process
  // Before it asks: who types at once is not shown either.
  stdin.setRawMode(true)
  process.stderr.write(question)
  stdin.setEncoding('utf8')
  try {
    return await new Promise((resolve, reject) => {
      let typed = ''
      stdin.on('data', function take(chunk: string) {
        for (const key of chunk) {
          if (key === '\r' || key === '\n') {
            stdin.off('data', take)
            return resolve(typed)
          }
          if (key === '\u0003') {
            stdin.off('data', take)
            return reject(new RelayError('usage', { params: { problem: 'Stopped.', verb: '' } }))
          }
          typed = key === '\u007f' || key === '\b' ? [...typed].slice(0, -1).join('') : typed + key
        }
      })
      // Paused by the question before, it does not flow by itself.
      stdin.resume()
    })
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    process.stderr.write('\n')
  }
}

export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}
