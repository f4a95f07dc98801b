/**
 * Every error a person or a tool can meet, in one place: code, HTTP status, exit code, safe text, what to do next.
 *
 * Callers match `code`, never text. `text` and `next` may name `{param}`s; a param is a value that cannot carry a
 * secret (an id, a file, a key name). What was seen of an untrusted or secret-bearing input belongs in `detail`, which
 * goes to the log only. A test holds this catalogue and docs/errors.md equal.
 */

/** One row of the catalogue. `exit` is the CLI's exit code: 1 failed, 2 wrong usage. */
export interface ErrorRow {
  readonly status: number
  readonly exit: 1 | 2
  readonly text: string
  readonly next: string
}

export const catalogue = {
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

  config_invalid: { status: 500, exit: 2, text: '{file}:{line}: {key}: {problem}.', next: 'Correct that line; docs/configuration.md lists every key.' },
  config_variable_invalid: {
    status: 500,
    exit: 2,
    text: 'The environment variable {variable}: {problem}.',
    next: 'Correct or unset it; docs/configuration.md lists every variable.',
  },
  config_unreadable: {
    status: 500,
    exit: 2,
    text: 'The configuration {file} cannot be read.',
    next: 'Check the path and its permissions, or run `login-relay init`.',
  },

  data_unwritable: { status: 500, exit: 1, text: 'The data directory {dir} cannot be written.', next: 'Check who owns it and that the disk is not full.' },
  audit_unwritable: {
    status: 503,
    exit: 1,
    text: 'It was not done: the record of it could not be written.',
    next: "Tell the person who runs this relay: the disk of its data directory is full, or cannot be written. The relay's log says which.",
  },
  data_missing: { status: 500, exit: 1, text: 'The data directory {dir} holds no relay.', next: 'Run `login-relay init --data {dir} --user NAME` first.' },
  data_in_use: {
    status: 409,
    exit: 1,
    text: 'Another process uses the data directory {dir}.',
    next: 'Stop it first, or let the running server do this: most commands reach it by themselves.',
  },
  store_damaged: {
    status: 500,
    exit: 1,
    text: "The store file {file} is damaged or is not a relay's store.",
    next: 'It was left untouched. Restore it from a backup, or move it away to begin anew.',
  },
  store_newer: {
    status: 500,
    exit: 1,
    text: 'The store file {file} was written by a newer login-relay.',
    next: 'It was left untouched. Start the version that wrote it, or a later one.',
  },
  store_conflict: { status: 409, exit: 1, text: 'The record was changed by someone else meanwhile.', next: 'Read it again and repeat the change.' },

  vault_wrong_key: {
    status: 500,
    exit: 1,
    text: 'The master key does not open this vault.',
    next: 'Provide the key that this data directory was made with; nothing was changed.',
  },
  vault_key_missing: { status: 500, exit: 1, text: 'The master key is missing.', next: 'Provide it as the configuration says ({source}).' },
  vault_key_unreadable: {
    status: 500,
    exit: 1,
    text: 'The master key file {file} cannot be read.',
    next: 'Check the path and its permissions; the relay must own it.',
  },
  vault_key_exposed: {
    status: 500,
    exit: 1,
    text: 'The master key file {file} can be read by others on this machine.',
    next: 'Make it private with `chmod 600`; if others may have read it, rotate the key then.',
  },
  vault_key_unfit: { status: 500, exit: 1, text: 'The master key from {source} is not 32 bytes in base64.', next: 'Make one with `openssl rand -base64 32`.' },
  vault_next_key_missing: {
    status: 400,
    exit: 2,
    text: 'The master key comes from the environment, and {variable} does not bring another one.',
    next: 'Start the relay with the new key in {variable}, rotate, then start it with the new key in place of the old one.',
  },
  vault_record_damaged: {
    status: 500,
    exit: 1,
    text: 'A sealed record does not open: it was changed, moved or cut.',
    next: 'Restore the data directory from a backup.',
  },
  secret_refused: {
    status: 403,
    exit: 1,
    text: 'A secret was about to leave for a place it is not enrolled for, so it stayed.',
    next: 'If the site moved, enrol its new address with `login-relay site add`.',
  },
  transform_unfit: {
    status: 502,
    exit: 1,
    text: 'What the site makes of the password before it is sent cannot be done: {reason}.',
    next: 'Hold the transform in the settings of the site against what its page does now (docs/adapters.md).',
  },
  totp_unfit: {
    status: 400,
    exit: 2,
    text: 'That is no key for one-time codes: {reason}.',
    next: 'Give the otpauth:// address of the QR code, or the key in letters and digits that the site shows beside it.',
  },

  destination_refused: {
    status: 403,
    exit: 1,
    text: 'The relay does not connect to {host}: {reason}.',
    next: 'If this is your own business server, enrol it with `login-relay site add`.',
  },
  site_down: {
    status: 502,
    exit: 1,
    text: 'The site {site} does not answer: {reason}.',
    next: 'Check its address, and that it is up and reachable from the relay; then try again.',
  },
  ca_store_failed: {
    status: 500,
    exit: 1,
    text: 'The store of certificates was not changed by `{step}`: {reason}.',
    next: 'Stores of the system take an administrator: run it with sudo. `ca install --dry-run` prints every step.',
  },
  upstream_proxy_failed: {
    status: 502,
    exit: 1,
    text: 'The upstream proxy {proxy} gives no connection: {reason}.',
    next: 'Check `outbound.upstreamProxy`, or the `upstreamProxy` of the site; docs/proxy.md says where its credentials go.',
  },
  site_tls: {
    status: 502,
    exit: 1,
    text: 'The site {site} did not prove its identity: {reason}.',
    next: 'Nothing was sent to it. If it has a private CA, add it with `site add --ca-file`.',
  },
  site_too_big: {
    status: 502,
    exit: 1,
    text: 'The site {site} sent more than the relay reads of a login page ({limit}).',
    next: 'Check the login address; a login page is small.',
  },
  site_redirects: {
    status: 502,
    exit: 1,
    text: 'The site {site} redirects in a loop.',
    next: 'Open its login page in a browser and enrol the address it ends at.',
  },
  form_not_found: {
    status: 422,
    exit: 1,
    text: 'No sign-in form was found at {site}.',
    next: 'Give the address of the page with the form. docs/sites.md says what is recognised, and what a site needs whose form is drawn by script.',
  },
  site_guarded: {
    status: 422,
    exit: 1,
    text: 'The sign-in at {site} cannot be done without a person: {reason}.',
    next: 'The relay evades no such check. docs/sites.md says how to enrol the site all the same and sign in there by hand; or ask the people who run it for another way.',
  },
  scheme_unknown: {
    status: 422,
    exit: 1,
    text: 'The site {site} asks for HTTP authentication by {schemes}, which no adapter of this relay speaks.',
    next: 'Ask whether the site has a login form too, or can offer Basic or Digest over HTTPS, and give that address (docs/sites.md).',
  },
  adapter_unfit: {
    status: 500,
    exit: 2,
    text: 'The adapter {file} cannot be used: {problem}.',
    next: 'Correct the file; docs/adapters.md shows how an adapter is written.',
  },
  adapter_package_unfit: {
    status: 500,
    exit: 2,
    text: 'The adapter package {package} cannot be used: {problem}.',
    next: 'Update login-relay, or install a version of the package that fits: `npm install --prefix {folder} {package}@VERSION`. To do without it: `npm uninstall --prefix {folder} {package}`.',
  },
  adapter_unknown: { status: 400, exit: 2, text: 'There is no adapter {adapter}.', next: 'The adapters of this relay are: {adapters}.' },
  declaration_invalid: {
    status: 422,
    exit: 2,
    text: '{file}:{line}: {key}: {problem}.',
    next: 'Correct that line, then run `login-relay site reload`; docs/sites.md lists every key. Until then the site stays as it was.',
  },
  declaration_unreadable: {
    status: 500,
    exit: 1,
    text: 'The declaration {file} cannot be {what}.',
    next: 'Check the path, its permissions, and that the disk is not full.',
  },
  declaration_moved_on: { status: 409, exit: 1, text: 'The declaration of {site} was changed since it was shown.', next: 'Look at it again, then confirm.' },
  site_widens: {
    status: 409,
    exit: 1,
    text: 'This would let secrets of {site} go further than before: {widens}.',
    next: 'Look at it; if it is right, say so: `--yes`, or the button in the portal.',
  },
  site_unknown: { status: 404, exit: 1, text: 'No site is enrolled as {site}.', next: '`login-relay site list` shows the sites; `site add URL` enrols one.' },

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
  device_certificate_refused: {
    status: 403,
    exit: 1,
    text: 'The certificate that this client shows is not good here: {reason}.',
    next: 'Get a new one with `login-relay device enroll`. If the device was revoked, its owner enrols it anew.',
  },
  tracing_unavailable: {
    status: 500,
    exit: 1,
    text: 'Traces are asked for (tracing.endpoint in relay.yaml), and the packages of OpenTelemetry that send them are not installed.',
    next: 'Install them beside login-relay: npm install @opentelemetry/api @opentelemetry/core @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources @opentelemetry/sdk-trace; or take tracing.endpoint out.',
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

  proxy_auth_required: {
    status: 407,
    exit: 1,
    text: 'The proxy needs a device name and token.',
    next: 'Use http://DEVICE:TOKEN@HOST:PORT as the proxy; `login-relay device add` gives a token.',
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

  port_taken: {
    status: 500,
    exit: 1,
    text: 'The address {address} is in use.',
    next: 'Stop what listens there, or set `{key}` in relay.yaml to another address.',
  },
  relay_not_running: { status: 503, exit: 1, text: 'No relay runs on this data directory.', next: 'Start it with `login-relay serve`; this command needs it.' },
} as const satisfies Record<string, ErrorRow>
