import { counted } from '../../counted.ts'
import { asRelayError, type RelayError } from '../../errors.ts'
import type { EndedDevice } from '../security/force-off.ts'
import { type Html, html } from './html.ts'

/** Of a session that has ended here alone. */
const lingers = 'A site did not end a session of which copies were given out: they are good there still.'
const where = '“Devices”, “Copies of sessions”'
const lingersWhere = `${lingers} They stand under ${where}.`
/** Of many at once. */
const someLinger = 'Of {left} a site did not end a session of which copies were given out: they are good there still.'

/** What was done, told on the page that follows it. The address carries the key and a number, so no foreign text can be shown this way. */
const done: Readonly<Record<string, string>> = {
  'account-added': 'The account is stored. Sign in now to see that it works.',
  'account-removed': 'The account is removed, its password destroyed.',
  'password-changed': 'Your password at this relay is another one now, and you are signed out everywhere else.',
  'password-chosen': 'You have a password at this relay now. Sign in with it.',
  'password-replaced': 'The new password is stored. Sign in now to see that it works.',
  'password-reverted': 'The relay uses that password again. Sign in now to see that it works.',
  'deny-paths-set': 'That is so from the next request on.',
  'keep-alive-set': 'The relay keeps to that from now on.',
  'rotation-set': 'The relay keeps to that from now on.',
  registering: 'For half an hour the relay steps back at that site.',
  'registration-kept': 'The relay keeps the account. It is signed in already.',
  'registration-declined': 'The relay has forgotten it.',
  'first-person': 'You run this relay now. Enrol a site under “Sites”, then set up a terminal as it says here.',
  'passkey-made': 'Your passkey is made. Sign in with it.',
  'password-added': 'You have a password at this relay now.',
  invited: 'You are one of this relay now. Add a passkey if you like: it is asked instead of the password.',
  lent: 'The account is lent.',
  'taken-back': 'It is taken back. What was under way by it has ended.',
  asked: 'The owner is asked, if there is such an account.',
  approved: 'You said yes.',
  refused: 'You said no.',
  'group-made': 'The group is made. Put people into it.',
  'group-renamed': 'The group has another name. What was lent to it goes on.',
  'member-added': 'He is in it from now on.',
  'member-removed': 'He is no longer in it. What he had under way by it has ended.',
  'group-removed': 'The group is removed. What was lent to it is lent to nobody.',
  'copies-allowed': 'Your devices may keep copies of its session: those that run login-relay connect fetch them within a minute.',
  'copies-stopped': 'No more copies are given. Those that are there go at the device’s next look, within a minute while it reaches the relay.',
  'copies-ended': 'The session is ended here, and the site was told: no copy of it is known to be good there. No device keeps others.',
  'copies-linger': 'The session is ended here, and no device keeps other copies. The site did not end it: the copies listed are good there still.',
  'site-added': 'The site is enrolled.',
  'site-updated': 'The declaration is saved and taken over.',
  'site-removed': 'The site and its accounts are removed.',
  'device-revoked': 'The device is revoked. Its token no longer works.',
  'terminal-paired': 'It is let in. Look at that screen: your accounts come up by themselves.',
  'terminal-refused': 'It is refused.',
  'terminal-ended': 'That terminal is signed out.',
  'terminal-done': 'You are done here. Close this window.',
  'terminal-over': 'This terminal is signed out: its time is over, or somebody has ended it.',
  'terminal-failed': 'The relay could not sign in there. Your phone says why.',
  'terminal-waits': 'The sign-in takes longer, or waits for an answer that you give on your phone. Open it again in a moment.',
  'pairing-over': 'That code is over. Show another one.',
  'pairing-refused': 'The person with the phone said no.',
  'account-chosen': 'That device goes by your choice from now on.',
  ended: 'The session is ended here, and the site was told.',
  'ended-lingers': `The session is ended here. ${lingersWhere}`,
  stopped: 'The sign-in is stopped.',
  'not-live': 'That session had ended already.',
  'portal-ended': 'That sign-in to the portal is ended.',
  'signed-out': 'You are signed out.',
  'half-over': 'That took too long. Sign in again.',
  'recovery-code-used': 'You are signed in. That recovery code is spent.',
  'passkey-added': 'The passkey is added. You can sign in with it from now on.',
  'passkey-removed': 'The passkey is removed: it signs nobody in any more. Delete it on the device as well.',
  'second-factor-removed': 'Your authenticator app and recovery codes are removed: no code is asked for any more.',
  'device-ended': 'What that device had under way is cut, and the sessions it used are ended here, and the sites were told.',
  'device-ended-lingers': `What that device had under way is cut, and the sessions it used are ended here. ${someLinger} See ${where}.`,
  'all-ended': 'Everything is ended here, and the sites were told. You are signed in at this browser alone.',
  'all-ended-lingers': `Everything is ended here. ${someLinger} See ${where}. You are signed in at this browser alone.`,
  'user-ended': 'Everything of that person is ended here, and the sites were told.',
  'user-ended-lingers': `Everything of that person is ended here. ${someLinger} That person sees it under ${where}.`,
  'user-disabled': 'That person gets in nowhere any more, and everything they had under way is ended.',
  'user-disabled-lingers': `That person gets in nowhere any more, and everything they had under way is ended here. ${someLinger} The relay tells the sites again for a while.`,
  'invite-withdrawn': 'The invitation is withdrawn: its link is worth nothing any more.',
  'user-enabled': 'That person may sign in again.',
  'phrase-chosen': 'The sign-in page shows your phrase at the browsers you said.',
  'phrase-forgotten': 'Your phrase is forgotten: the sign-in page shows it nowhere any more.',
  unfrozen: 'The account is no longer frozen.',
  'not-me': 'Done. What is said below has ended.',
  'not-me-lingers': `What is said below has ended here. ${lingersWhere}`,
  'delivery-set': 'Your notices go there from now on; one that says so is on its way.',
  'mail-asked': 'A code is on its way to that address. Type it below: until then no notice goes there.',
  'delivery-ended': 'No notice goes there any more.',
  'browser-added': 'Your notices are shown at this browser from now on; one that says so is on its way.',
  'browser-ended': 'No notice is shown there any more.',
  'test-sent': 'The push service took the test. Where it is not shown within a minute, look at the settings of that browser and its system for notifications.',
  'notices-read': 'All of them are read.',
  answered: 'Your answer was sent to the site.',
}

/** Done as far as the relay could. */
const isHalf = /linger/

/** Where to go on after much was ended at once, and what is said there. */
export function afterEnd(page: string, key: string, { stillAtSites }: EndedDevice): string {
  return `${page}?done=${key}${stillAtSites === 0 ? '' : `-lingers&left=${stillAtSites}`}`
}

export function doneNote({ done: key, left = '' }: Readonly<Record<string, string>>): Html | undefined {
  const text = key !== undefined && Object.hasOwn(done, key) ? done[key] : undefined
  const accounts = /^[1-9]\d{0,4}$/.test(left) ? counted(Number(left), 'account') : 'some accounts'
  return text === undefined
    ? undefined
    : html`<div class="note ${isHalf.test(key ?? '') ? 'warn' : 'good'}" role="status"><p>${text.replace('{left}', accounts)}</p></div>`
}

/** What went wrong and what to do next, above the form it concerns. */
export function errorNote(thrown: unknown): Html {
  const error = asRelayError(thrown)
  // The catalogue speaks of a request, as tools do; whoever looks at a form has written no request.
  const said = error.code === 'bad_request' ? capitalised(`${error.params.problem}.`) : error.message
  const next = error.code === 'bad_request' ? 'Mend that, and send the form again.' : error.next
  return html`<div class="note bad" role="alert"><p><strong>${prose(said)}</strong></p><p>${prose(next)}</p></div>`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Words of other rooms, which terminals print too: what stands in a pair of backticks is code. Several are one sentence each, with semicolons between. */
export function prose(words: string | readonly string[]): Html[] {
  const texts = typeof words === 'string' ? [words] : words
  return texts.map((text, index) => html`${index > 0 && '; '}${text.split(/`([^`]+)`/).map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`)
}

/** An error that who filled in the form can mend, to be told where he did; any other is thrown on. */
export function mendable(thrown: unknown): RelayError {
  const error = asRelayError(thrown)
  if (error.status >= 500) throw error
  return error
}
