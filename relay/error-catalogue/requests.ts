import type { ErrorRow } from './row.ts'

/** Of requests to the portal, and of words on the command line. */
export const requestsErrors = {
  internal: {
    status: 500,
    exit: 1,
    text: 'Something went wrong inside the relay.',
    next: "Look at the relay's log for the entry with this time; report it if it happens again.",
  },
  usage: { status: 400, exit: 2, text: '{problem}', next: 'Run `login-relay {verb} --help` for the words this command takes.' },
  bad_request: { status: 400, exit: 2, text: 'The request is not valid: {problem}.', next: 'Correct the request and send it again.' },
  not_found: { status: 404, exit: 1, text: 'There is no {what}.', next: 'Check the name; the list commands show what there is.' },
  already_exists: { status: 409, exit: 1, text: 'There is already {what}.', next: '{advice}' },
  forbidden: { status: 403, exit: 1, text: 'Not allowed: {reason}.', next: 'Ask the owner of the account, or the person who runs this relay.' },
  unauthenticated: { status: 401, exit: 1, text: 'The relay does not know who you are.', next: 'Sign in to the portal, or present a device token.' },
  method_not_allowed: { status: 405, exit: 2, text: 'This address does not take {method}.', next: 'It takes {allowed}.' },
  not_acceptable: {
    status: 406,
    exit: 2,
    text: 'A handoff link is not spent by opening it.',
    next: 'Tools claim it: `login-relay claim LINK`, or POST the ticket to /api/v1/tickets/claim. People open it in a browser.',
  },
  body_too_large: { status: 413, exit: 2, text: 'The body of the request is larger than the portal reads ({limit} bytes).', next: 'Send less.' },
  media_type_unsupported: { status: 415, exit: 2, text: 'This address does not read a body of that type.', next: 'Send {wanted}.' },
  host_unknown: {
    status: 421,
    exit: 2,
    text: 'The portal does not go by that name.',
    next: 'Use the address that `login-relay serve` prints, or set `portal.publicUrl` in relay.yaml to the one you use.',
  },
  form_stale: {
    status: 403,
    exit: 1,
    text: "The request does not come from the relay's own page, or the page is too old.",
    next: 'Go back, load the page again, and repeat what you did.',
  },
  password_alone_refused: {
    status: 403,
    exit: 1,
    text: 'This relay takes no password alone.',
    next: 'Sign in with your passkey. When you have lost it, whoever runs the relay lets you in: `login-relay user reset-second-factor NAME`.',
  },
  pairing_code_unknown: {
    status: 404,
    exit: 1,
    text: 'No terminal shows that code.',
    next: 'Read it again: eight letters, good for ten minutes and once. If it has changed on the terminal, type the new one.',
  },
  authorization_pending: { status: 400, exit: 1, text: 'Nobody has confirmed the code yet.', next: 'Ask again after the interval, while the code is good.' },
  slow_down: { status: 400, exit: 1, text: 'You ask too often.', next: 'Wait {seconds} seconds between one question and the next.' },
  access_denied: { status: 400, exit: 1, text: 'The person with the phone said no.', next: 'Ask that person, then ask for a new code.' },
  expired_token: { status: 400, exit: 1, text: 'That code is over: its time, or its use.', next: 'Ask for a new code.' },
  passkey_refused: {
    status: 422,
    exit: 1,
    text: 'The relay did not accept that passkey.',
    next: 'Try again; if it is refused again, sign in with your password, and see under Security at the portal whether the passkey is still there.',
  },
  second_factor_code_wrong: {
    status: 422,
    exit: 1,
    text: 'That code does not fit.',
    next: 'Type the code that the app shows now. If it does not fit again, see that the clock of the phone is right.',
  },
  second_factor_not_offered: { status: 409, exit: 1, text: 'No authenticator app is being set up.', next: 'Begin to set it up again.' },
  step_up_required: {
    status: 403,
    exit: 1,
    text: 'The relay wants to know first that it is still you.',
    next: 'Prove it at `/verify` of the portal, in the browser of this session; within five minutes of that, do this again.',
  },
  too_many_tries: { status: 429, exit: 1, text: 'Too many tries.', next: 'Wait {seconds} seconds, then try again.' },
} as const satisfies Record<string, ErrorRow>
