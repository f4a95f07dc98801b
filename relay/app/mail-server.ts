import { readFile } from 'node:fs/promises'
import type { Config } from '../../config/index.ts'
import { createMailer, type Mailer } from '../outbound/index.ts'

/** Undefined: no mail server is configured. */
export function mailerOf(notices: Config['notices'], env: NodeJS.ProcessEnv): Mailer | undefined {
  const { smtpHost: host, smtpPort: port, smtpSecurity: security, smtpUser: user } = notices
  if (host === undefined) return undefined
  const { smtpPasswordFile: file, mailFrom: from = `login-relay@${host}` } = notices
  const password = async () => (file === undefined ? env.LOGIN_RELAY_SMTP_PASSWORD : (await readFile(file, 'utf8')).trimEnd())
  return createMailer({ host, port, security, password, from, ...(user === undefined ? {} : { user }) })
}
