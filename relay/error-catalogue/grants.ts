import type { ErrorRow } from './row.ts'

/** Of what people lend each other, and of letting people in. */
export const grantsErrors = {
  grant_refused: {
    status: 403,
    exit: 1,
    text: 'You cannot use this account now: {reason}.',
    next: 'Ask its owner, or ask for access: under Requests at the portal. `login-relay why USER ACCOUNT` tells more to the owner and to who runs the relay.',
  },
  grant_read_only: {
    status: 403,
    exit: 1,
    text: 'This account is lent to you for reading alone, and {change} may change something.',
    next: 'Ask its owner for more, if you need it.',
  },
  grant_in_file: {
    status: 409,
    exit: 1,
    text: 'The policy {file} is not valid: {problem}.',
    next: 'Correct the file, then `login-relay grant reload`. Until then it lends nothing.',
  },
  places_unreadable: {
    status: 500,
    exit: 2,
    text: 'The database of places {file} cannot be used: {problem}.',
    next: 'Put a whole file in the MaxMind format (.mmdb) there, or take `places.database` out of relay.yaml.',
  },
  request_decided: {
    status: 409,
    exit: 1,
    text: 'Somebody decided on this request already.',
    next: 'Look at the request again; what was approved can be refused afterwards.',
  },
  requests_too_many: {
    status: 429,
    exit: 1,
    text: 'You have asked for so much that is not decided that the relay takes no more.',
    next: 'Wait until some of it is decided, or take some of it back.',
  },
  invite_invalid: {
    status: 410,
    exit: 1,
    text: 'This invitation is spent, expired, or was never valid.',
    next: 'Ask whoever runs the relay for another: `login-relay user invite NAME`, or, for who is of this relay already, `login-relay user reset-password NAME`. The first person gets one by starting the relay again.',
  },
} as const satisfies Record<string, ErrorRow>
