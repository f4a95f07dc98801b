import { createTransport } from 'nodemailer'

export interface MailServer {
  readonly host: string
  readonly port: number
  readonly security: 'starttls' | 'tls' | 'none'
  readonly user?: string
  /** Asked for with each mail: it may be changed while the relay runs. */
  readonly password: () => Promise<string | undefined>
  readonly from: string
}

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Hands a mail to the mail server that the relay's configuration names; rejects where it does not take it. */
export type Mailer = (mail: Mail, signal: AbortSignal) => Promise<void>

/** Milliseconds. */
const patience = 20_000

/** Who runs the relay has chosen the server: it may be anywhere, this machine included. */
export function createMailer({ host, port, security, user, password, from }: MailServer): Mailer {
  return async ({ to, subject, text }, signal) => {
    const pass = user === undefined ? undefined : await password()
    const transport = createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(user === undefined ? {} : { auth: { user, pass } }),
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: patience,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    try {
      const { accepted } = await transport.sendMail({
        from: { name: 'login-relay', address: from },
        // An object, so that no list can hide in it.
        to: { name: '', address: to },
        subject,
        text,
        // RFC 3834 section 5: nobody's absence note answers it.
        headers: { 'auto-submitted': 'auto-generated' },
        signal,
      })
      if (accepted.length === 0) throw new Error('the mail server took it for nobody')
    } finally {
      transport.close()
    }
  }
}
