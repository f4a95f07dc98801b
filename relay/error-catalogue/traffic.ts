import type { ErrorRow } from './row.ts'

/** Of requests through the proxy and the gateway. */
export const trafficErrors = {
  proxy_auth_required: {
    status: 407,
    exit: 1,
    text: 'The proxy needs a device name and token.',
    next: 'Use http://DEVICE:TOKEN@HOST:PORT as the proxy; `login-relay device add` gives a token.',
  },
  device_certificate_refused: {
    status: 403,
    exit: 1,
    text: 'The certificate that this client shows is not good here: {reason}.',
    next: 'Get a new one with `login-relay device enroll`. If the device was revoked, its owner enrols it anew.',
  },
  proxy_bad_request: {
    status: 400,
    exit: 1,
    text: 'The request can be read in more than one way, or is not HTTP: {reason}.',
    next: 'Correct the client; the request was not sent on.',
  },
  proxy_too_much: {
    status: 429,
    exit: 1,
    text: 'This device has more {what} than the relay takes.',
    next: 'Wait {seconds} seconds, then go on more slowly. Who runs the relay sets the limits: `limits`.',
  },
  proxy_head_too_large: {
    status: 431,
    exit: 1,
    text: 'The header section of the request is larger than the proxy reads (64 KiB).',
    next: "Delete this site's cookies in the client, or send fewer header fields.",
  },
  proxy_request_timeout: {
    status: 408,
    exit: 1,
    text: 'The request did not arrive in time.',
    next: 'Send it again; the network between the client and the relay may be slow.',
  },
  path_denied: {
    status: 403,
    exit: 1,
    text: 'With this account you are kept off {path} at {site}, and what is below it: {whose} says so.',
    next: '{advice}',
  },
  session_renewed: {
    status: 401,
    exit: 1,
    text: 'Your session at {site} had ended; the relay has signed in again, but has not sent this request a second time.',
    next: 'Send the request again, if repeating it does no harm.',
  },
  proxy_host_refused: {
    status: 403,
    exit: 1,
    text: 'This relay carries only enrolled sites, and {host} is not one.',
    next: 'Enrol it with `login-relay site add`, or reach it without the proxy.',
  },
  gateway_host_unknown: {
    status: 421,
    exit: 1,
    text: 'The gateway has no account by that name.',
    next: 'Open the account in the portal: "Open in gateway" leads to its address.',
  },
  gateway_signed_out: {
    status: 401,
    exit: 1,
    text: 'You are not signed in to the relay here any more.',
    next: 'Load the page again: the portal asks who you are and leads back.',
  },
  gateway_hand_over_spent: {
    status: 410,
    exit: 1,
    text: 'This way into the gateway is spent, expired, or was made for another browser.',
    next: 'Open the account in the portal again.',
  },
  gateway_foreign: {
    status: 403,
    exit: 1,
    text: 'A page of another host asked for this, with your session.',
    next: 'Open the address itself, in a tab of its own. Pages of other hosts, and of other accounts, cannot use this one.',
  },
  gateway_worker: {
    status: 403,
    exit: 1,
    text: 'The gateway serves no service workers: they would answer for {site} when you have long been signed out.',
    next: 'The site works without; where it does not, use the proxy (docs/terminals.md).',
  },
  gateway_off: {
    status: 409,
    exit: 1,
    text: 'This relay has no gateway.',
    next: 'Set `gateway.listen` and `gateway.domain` in relay.yaml (docs/gateway.md), or open the account through the proxy.',
  },
} as const satisfies Record<string, ErrorRow>
