import type { ErrorRow } from './row.ts'

/** Of accounts, their sign-ins, captchas and links. */
export const accountsErrors = {
  account_unknown: {
    status: 404,
    exit: 1,
    text: 'There is no account {account} you can use.',
    next: '`login-relay account list` shows them; `account add` adds one.',
  },
  account_ambiguous: {
    status: 409,
    exit: 1,
    text: 'You have several accounts at {site}: {accounts}.',
    next: 'Send the header Login-Relay-Account with one of these names, or choose one for this device: in a browser at http://relay.pac/accounts, or with `login-relay device choose`.',
  },
  login_required: {
    status: 401,
    exit: 1,
    text: 'You have no account at {site} on this relay.',
    next: 'Add one in the portal or with `login-relay account add {site}`.',
  },
  login_failed: { status: 502, exit: 1, text: 'Signing in at {site} failed: {kind}.', next: '{advice}' },
  needs_attention: { status: 409, exit: 1, text: 'The account {account} needs attention: {reason}. It stays untouched until you act.', next: '{advice}' },
  password_rules_unfit: {
    status: 409,
    exit: 1,
    text: 'No new password can be made by the rules of the site: {reason}.',
    next: 'Correct `passwordRules` in the settings of the site (docs/credentials.md).',
  },
  password_not_changeable: {
    status: 409,
    exit: 1,
    text: 'The relay cannot change the password of {account}: {reason}.',
    next: 'Change it at the site through the proxy, which the relay notices, or give the relay the new one with `login-relay account add SITE --replace`.',
  },
  rotation_failed: {
    status: 502,
    exit: 1,
    text: 'The password of {account} was not changed: {reason}.',
    next: 'The password that the relay knows still works. Look at what was seen; docs/credentials.md says what a site may need.',
  },
  registration_failed: { status: 502, exit: 1, text: 'There is no new account at {site}: {reason}.', next: 'Correct what the site names, and try again.' },
  placeholder_refused: {
    status: 409,
    exit: 1,
    text: 'There is no placeholder for {account}: {reason}.',
    next: 'Let the relay sign in by itself, or name the form in the settings of the site (docs/credentials.md).',
  },
  captcha_pending: { status: 409, exit: 1, text: 'The sign-in at {site} waits for a person to answer a challenge.', next: 'Answer it in the portal.' },
  browser_missing: {
    status: 503,
    exit: 1,
    text: 'This sign-in needs a browser on the relay, and {reason}.',
    next: 'Install Chromium and, beside login-relay, the npm package playwright-core; name the program in `login.browser` of relay.yaml where it is in no usual place.',
  },
  captcha_models_invalid: {
    status: 500,
    exit: 2,
    text: 'The captcha models in {folder} cannot be used: {reason}.',
    next: 'Put there what captcha/training wrote, or take `login.captchaModels` out of relay.yaml; docs/captcha.md says what the files are.',
  },
  captcha_unreadable: { status: 422, exit: 1, text: 'The image cannot be read as a picture: {reason}.', next: "Look at the site's login page in a browser." },
  handoff_unavailable: {
    status: 409,
    exit: 1,
    text: "This account's session cannot be handed off: {reason}.",
    next: 'Use it through the proxy, where the relay attaches it on the way.',
  },
  ticket_invalid: {
    status: 410,
    exit: 1,
    text: 'This link is spent, expired, or was never valid.',
    next: 'Ask for a new one: `login-relay open ACCOUNT`, or Open in the portal.',
  },
  ticket_not_yours: { status: 403, exit: 1, text: 'This link was made for someone else.', next: 'Sign in as its holder, or ask for a link of your own.' },
  link_malformed: { status: 400, exit: 2, text: 'That is not a handoff link.', next: 'Copy the whole link, from https:// to its last character.' },
} as const satisfies Record<string, ErrorRow>
