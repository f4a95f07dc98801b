import type { Invite } from '../../../identity/index.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { prose } from '../notes.ts'
import { passkeyForm } from '../passkey-form.ts'

export interface InviteView {
  readonly invite: Invite
  /** Of the page, and of its form. */
  readonly path: string
  readonly csrf: string
  /** A passkey can be chosen here. */
  readonly takesPasskey: boolean
  /** Where one could be, when it is for the address alone that none can be chosen here. In the catalogue's way: what stands in backticks is code. */
  readonly advice: string | undefined
  /** False: it would let this person in nowhere. */
  readonly takesPassword: boolean
  readonly note: Content
  /** The name that the first person has typed. */
  readonly typed: string
}

const leads: Readonly<Record<Invite['kind'], string>> = {
  first:
    'This relay signs in to your sites for you, and you are its first person: you will run it, and let others in. Choose a name, and how you sign in to the relay itself.',
  person: 'You are invited to this relay: it signs in to your sites for you. Choose how you sign in to the relay itself.',
  reset: 'Choose how you sign in to this relay from now on. You are signed out everywhere else then.',
}

/** What an invitation shows: a passkey first, for it is the safer and the easier one, and a password. */
export function inviteView({ invite, path, csrf, takesPasskey, advice, takesPassword, note, typed }: InviteView): Html {
  const { kind, name } = invite
  const isFirst = kind === 'first'
  const heading = isFirst ? html`Welcome to your relay` : html`Welcome${kind === 'reset' && ' back'}, <bdi>${name}</bdi>`
  return html`<div class="narrow"><h1>${heading}</h1>
<p class="lead">${leads[kind]}</p>
${note}
${takesPasskey && passkeyCard({ invite, path, csrf, typed })}
${takesPassword ? passwordCard({ invite, path, csrf, typed, takesPasskey }) : noPassword}
${advice !== undefined && html`<p class="quiet">Passkeys do not work at this address. ${prose(advice)} Nothing is spent by looking: this link works there too.</p>`}</div>`
}

const noPassword = html`<div class="note warn"><p><strong>A password alone signs you in nowhere at this relay.</strong></p><p>A passkey of yours is kept. Choose another here, at an address where passkeys work; or whoever runs the relay takes the lost one away, and you open this link again: ${prose('`login-relay user reset-second-factor NAME`')}.</p></div>`

function passwordCard({ invite: { kind, name }, path, csrf, typed, takesPasskey }: Omit<InviteView, 'advice' | 'takesPassword' | 'note'>): Html {
  const isFirst = kind === 'first'
  return html`<form class="card" method="post" action="${path}">${csrfField(csrf)}${takesPasskey && html`<h2>Or a password</h2>`}
${nameField('name', isFirst, isFirst ? typed : name)}
<div class="field"><label for="password">A password</label><input id="password" name="password" type="password" required minlength="8" maxlength="1024" autocomplete="new-password"></div>
<div class="field"><label for="again">The same once more</label><input id="again" name="again" type="password" required minlength="8" maxlength="1024" autocomplete="new-password"></div>
${kind === 'reset' && html`<p class="quiet">An authenticator app is asked for as ever, and passkeys stay as they are.</p>`}
<button class="main">${kind === 'reset' ? 'Change it' : 'Begin'}</button></form>`
}

function passkeyCard({ invite: { kind }, path, csrf, typed }: Pick<InviteView, 'invite' | 'path' | 'csrf' | 'typed'>): Html {
  const fields = html`<h2>A passkey</h2><p>Your fingerprint, your face or the PIN of this device: nothing to remember, and nothing that a false page could ask you for.${
    kind === 'reset' && ' Your password and the passkeys from before are worth nothing then.'
  }</p>
${kind === 'first' && nameField('passkey-for', true, typed)}`
  return passkeyForm({
    kind: 'create',
    action: `${path}/passkey`,
    options: `${path}/passkey`,
    csrf,
    button: 'Use a passkey',
    look: 'main',
    card: true,
    fields,
  })
}

function nameField(id: string, isTyped: boolean, value: string): Html {
  if (!isTyped)
    return html`<div class="field"><label for="${id}">Your name at this relay</label><input id="${id}" value="${value}" readonly autocomplete="username"></div>`
  return html`<div class="field"><label for="${id}">Your name at this relay</label><input id="${id}" name="name" value="${value}" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false"></div>`
}
