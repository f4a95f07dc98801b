import type { ErrorRow } from './row.ts'

/** Of sites: how they are reached, looked at, declared. */
export const sitesErrors = {
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
    next: '{advice} `ca install --dry-run` prints every step.',
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
    next: 'Nothing was sent to it. Who runs the site mends a certificate that has expired or is for another host. Its private CA is given with `site add --ca-file`, later as `ca` in its declaration.',
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
} as const satisfies Record<string, ErrorRow>
