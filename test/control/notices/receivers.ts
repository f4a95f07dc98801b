import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'
import type { DeliveryChoice, Notices } from '../../../relay/control/notices/index.ts'
import type { Store } from '../../../relay/store/index.ts'
import { until } from '../../until.ts'

export interface ReceivedMail {
  readonly to: string
  /** As it came, decoded from quoted-printable. */
  readonly text: string
}

export interface MailServer {
  readonly port: number
  /** The notices among them. */
  readonly mails: readonly ReceivedMail[]
  /** The codes that confirm an address. */
  readonly codes: readonly { readonly to: string; readonly code: string; readonly text: string }[]
  /** The passwords it was signed in with. */
  readonly passwords: readonly string[]
}

export interface MailServerOptions {
  /** So many mails are refused first, for the time being. */
  readonly failing?: number
  readonly port?: number
  /** It speaks TLS with this certificate: after STARTTLS, or `fromTheStart`. Without one it speaks none. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly fromTheStart?: boolean }
}

/** A mail server on this machine. */
export async function startMailServer(t: Test, { failing = 0, port = 0, tls }: MailServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const codes: MailServer['codes'][number][] = []
  const passwords: string[] = []
  let left = failing
  const server = new SMTPServer({
    ...(tls === undefined ? { disabledCommands: ['STARTTLS'] } : { cert: tls.cert, key: tls.key, secure: tls.fromTheStart === true }),
    authOptional: true,
    allowInsecureAuth: true,
    onAuth({ username, password }, _, callback) {
      passwords.push(password ?? '')
      callback(null, { user: username ?? '' })
    },
    onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const mail = { to: envelope.rcptTo.map(({ address }) => address).join(), text: unquoted(Buffer.concat(chunks).toString()) }
        const code = codeIn(mail.text)
        if (code !== undefined) {
          codes.push({ ...mail, code })
          return callback()
        }
        if (left-- > 0) return callback(Object.assign(new Error('not now'), { responseCode: 451 }))
        mails.push(mail)
        callback()
      })
    },
  })
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  server.on('error', () => {})
  t.teardown(() => new Promise<void>((resolve) => server.close(resolve)))
  return { port: (server.server.address() as AddressInfo).port, mails, codes, passwords }
}

/** Waits until so many mails have come and the relay has noted that they did: only then may a test move the clock that the next one waits for. */
export async function untilMailed({ mails }: Pick<MailServer, 'mails'>, store: Store, count: number, what: string): Promise<void> {
  await until(() => mails.length === count, what)
  await until(async () => (await store.collection({ name: 'notice-deliveries' }).list()).length === 0, `${what}, noted`)
}

/** The code in a mail that brings one. */
export function codeIn(text: string): string | undefined {
  return /^ {2}(\d{4} \d{4})\s*$/m.exec(text)?.[1]
}

/** Says where mail is to go, and confirms it by the code that arrives there. */
export async function setConfirmedMail(
  notices: Pick<Notices, 'setMail' | 'confirmMail'>,
  { codes }: Pick<MailServer, 'codes'>,
  owner: string,
  mail: NonNullable<DeliveryChoice['mail']>,
): Promise<void> {
  await notices.setMail(owner, mail)
  await notices.confirmMail(owner, codes.at(-1)?.code ?? '')
}

export interface ReceivedHook {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Takes webhooks; `answers`: with these statuses first, then with 204. */
export async function startWebhook(t: Test, answers: readonly number[] = []): Promise<{ readonly url: string; readonly hooks: readonly ReceivedHook[] }> {
  const hooks: ReceivedHook[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    hooks.push({ headers: request.headers, body })
    response.writeHead(answers[hooks.length - 1] ?? 204, { location: '/elsewhere' }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?for=ann`, hooks }
}

/** RFC 2045 section 6.7. */
function unquoted(text: string): string {
  const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
