import type { Mail } from '../../../outbound/index.ts'
import type { Notice } from '../contract.ts'
import { harmless } from '../harmless.ts'
import { noticeFacts, noticeTitle } from '../notice-words.ts'

/** Lists no more of them than a person reads. */
const mostTold = 20

/** One mail for what has come together. Its links lead to the portal's pages, which ask for a sign-in; opening them does nothing. */
export function mailText(to: string, notices: readonly Notice[], portalUrl: string): Mail {
  const [first] = notices
  const subject = notices.length === 1 && first !== undefined ? noticeTitle(first) : `${notices.length} notices`
  const more = notices.length > mostTold ? [`${notices.length - mostTold} more are at ${portalUrl}/notices`] : []
  const text = [...notices.slice(0, mostTold).map((notice) => oneNotice(notice, portalUrl)), ...more, closing(portalUrl)].join('\n\n')
  return { to, subject: `login-relay: ${subject}`, text: `${text}\n` }
}

/** What goes to an address that nobody has confirmed: the code, and nothing that the person who named it has written. */
export function confirmationText(to: string, code: string, portalUrl: string): Mail {
  const text = [
    `Somebody at the relay ${portalUrl} wants its notices sent to this address.`,
    `If that is you, type this code there, under "Notices", "Where they go":`,
    `  ${code}`,
    'It is good once, for an hour. If it is not you, do nothing: nothing more comes without it, and it lets nobody in.',
    closing(portalUrl),
  ].join('\n\n')
  return { to, subject: 'login-relay: a code for your address', text: `${text}\n` }
}

function oneNotice(notice: Notice, portalUrl: string): string {
  const { id, at, lastAt = at } = notice
  const facts = [['When', `${new Date(lastAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`] as const, ...noticeFacts(notice)]
  return [`${noticeTitle(notice)}.`, ...facts.map(([name, value]) => `  ${name}: ${harmless(value)}`), `  Was it not you? ${portalUrl}/notices/${id}`].join(
    '\n',
  )
}

function closing(portalUrl: string): string {
  return `The relay is at ${portalUrl} and nowhere else. It asks for your password on its sign-in page alone; no mail of it does.`
}
