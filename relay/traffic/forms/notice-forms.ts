import { recogniseFields, type SentPasswords } from '../../../adapters/index.ts'
import type { Account, Site } from '../../accounts/index.ts'
import type { ForwardResponse } from '../../outbound/index.ts'
import { fieldOf } from '../requests/field-of.ts'
import type { Rooms } from '../rooms.ts'
import { isRefused } from './judge-answer.ts'
import { readForm } from './read-form.ts'

/** A request of a device, as far as it may be a form. */
export interface SentForm {
  readonly method: string
  readonly url: Readonly<URL>
  /** The client's fields, flat. */
  readonly fields: readonly string[]
  /** Undefined: it was too large to be kept, or there was none. */
  readonly body: Buffer | undefined
  readonly site: Site
}

/** One that was answered, before the answer is passed on. */
export interface AnsweredForm extends SentForm {
  readonly answer: ForwardResponse
}

const mostAnswer = 262_144
const formMethods = new Set(['POST', 'PUT', 'PATCH'])

/**
 * Notices a form by which a person changes the password at a site, and lets the vault follow if the site took it. The terminal typed the
 * password, so it is no secret to it; here it lives as long as the answer, and is sealed before anything is asked of the site.
 */
export function noticeChange({ sessions, log }: Pick<Rooms, 'sessions' | 'log'>, form: AnsweredForm, account: Account): void {
  const { site, url } = form
  const found = recognise(form, account.username)
  if (found?.is !== 'change') return
  whenAnswered(form.answer, (isDenied) => {
    if (isDenied) return
    log.info({ account: account.id, site: site.id, path: url.pathname }, 'a form for changing the password was sent; a sign-in shows whether the site took it')
    sessions.confirmChange(account.id, found.next).catch((error: unknown) => {
      log.warn({ account: account.id, site: site.id, err: error }, 'whether the site took a new password could not be found out')
    })
  })
}

/**
 * Notices a form by which a person registers at a site, and offers him to keep it unless the site refused. An attempt after that takes
 * its place: what is offered is the last.
 */
export function noticeRegistration({ sessions, log }: Pick<Rooms, 'sessions' | 'log'>, userId: string, form: AnsweredForm): void {
  const found = recognise(form, undefined)
  if (found?.is !== 'registration') return
  const { site } = form
  whenAnswered(form.answer, (isDenied) => {
    if (isDenied) return
    sessions.registrations.offer(userId, site, found).catch((error: unknown) => log.warn({ site: site.id, err: error }, 'a registration could not be offered'))
  })
}

/** Would it change the password of this account? */
export function isChangeForm(form: SentForm, { username }: Account): boolean {
  return recognise(form, username)?.is === 'change'
}

/** What the passwords of a form are for; undefined: it holds none, or is no form. */
function recognise({ method, url, fields, body, site }: SentForm, username: string | undefined): SentPasswords | undefined {
  if (body === undefined || !formMethods.has(method)) return undefined
  const sent = readForm(fieldOf(fields, 'content-type'), body)
  if (sent === undefined) return undefined
  const declared = site.settings.changePassword
  const isDeclared = typeof declared === 'string' && [url.href, fieldOf(fields, 'referer')].some((address) => isAt(address, declared, site))
  return recogniseFields(sent, { path: url.pathname + url.search, isDeclared, username })
}

/** Reads along with an answer that is passed on, and tells once it has ended whether it plainly refuses; at once where its status alone says so. */
function whenAnswered(answer: ForwardResponse, tell: (isDenied: boolean) => void): void {
  const { status, headers } = answer
  const [contentType = '', contentEncoding = ''] = ['content-type', 'content-encoding'].map((name) => fieldOf(headers, name))
  const chunks: Buffer[] = []
  const judge = (): void => tell(isRefused({ status, contentType, contentEncoding, body: Buffer.concat(chunks) }))
  if (status >= 300) return void judge()
  let size = 0
  answer.body.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= mostAnswer) chunks.push(chunk)
  })
  answer.body.once('close', judge)
}

function isAt(address: string, declared: string, { loginUrl }: Site): boolean {
  const [at, page] = [URL.parse(address), URL.parse(declared, loginUrl)]
  return at !== null && page !== null && at.origin === page.origin && at.pathname === page.pathname
}
