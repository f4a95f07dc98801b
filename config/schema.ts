import { getDomain } from 'tldts'
import { z } from 'zod'
import { areAddressRanges } from './address-ranges.ts'
import { isPublicSuffix } from './public-suffix.ts'
import { upstreamProxyForm } from './upstream-proxy.ts'

/** HOST:PORT; an IPv6 host stands in brackets; port 0 lets the system choose. */
const listenAddress = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]/]+):\d{1,5}$/, 'must be HOST:PORT')
  .refine((address) => Number(address.slice(address.lastIndexOf(':') + 1)) <= 65_535, 'must be HOST:PORT with a port up to 65535')
  .meta({ form: 'HOST:PORT' })

/** A path; relative ones start at the folder of the file that names them, or at the working directory when a variable does. */
const path = z.string().min(1).meta({ form: 'path' })

/** Every option: schema, default and description stand together; docs/configuration.md is generated from here. */
const options = z.strictObject({
  data: path.default('./relay-data').describe('The data directory: store, master key, CA.'),
  portal: z
    .strictObject({
      listen: listenAddress.default('127.0.0.1:8470').describe('Where the portal and the API listen.'),
      publicUrl: z
        .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
        .optional()
        .meta({ form: 'URL', examples: ['https://relay.example'] })
        .describe('The address people reach the portal at, when it differs from `listen`: links carry it.'),
      certificate: path
        .optional()
        .meta({ examples: ['./portal.pem'] })
        .describe("PEM file with the portal's certificate chain. With `key`, the portal speaks HTTPS."),
      key: path
        .optional()
        .meta({ examples: ['./portal-key.pem'] })
        .describe('PEM file with the private key of `certificate`.'),
      trustedProxies: z
        .string()
        .refine(areAddressRanges, 'must be ranges of addresses such as `127.0.0.1, 192.0.2.0/24, 2001:db8::/48`, with commas between them, and not everybody')
        .optional()
        .meta({ form: 'ranges of addresses', examples: ['127.0.0.1'] })
        .describe(
          'Reverse proxies before the portal, whose X-Forwarded-For says where a client is (docs/behind-a-proxy.md). From anybody else it is passed over.',
        ),
    })
    // One without the other would leave the portal on plain HTTP without a word.
    .refine((portal) => portal.certificate === undefined || portal.key !== undefined, { path: ['certificate'], error: 'goes together with `key`' })
    .refine((portal) => portal.key === undefined || portal.certificate !== undefined, { path: ['key'], error: 'goes together with `certificate`' })
    .prefault({})
    .describe('The portal: web pages and the HTTP API.'),
  identity: z
    .strictObject({
      passwordAlone: z
        .enum(['allowed', 'refused'])
        .default('allowed')
        .describe(
          'Whether a password is enough to sign in to the portal. With `refused` it takes a passkey, or a code of an authenticator app besides; who has neither sets up an app as he signs in (docs/sign-in.md).',
        ),
    })
    .prefault({})
    .describe('How people sign in to the relay itself.'),
  proxy: z
    .strictObject({
      listen: listenAddress.default('127.0.0.1:8471').describe('Where the forward proxy listens.'),
      publicAddress: listenAddress
        .optional()
        .meta({ examples: ['relay.example:8471'] })
        .describe('The address terminals reach the proxy at, when it differs from `listen`: the PAC file names it.'),
      otherHosts: z.enum(['tunnel', 'refuse']).default('tunnel').describe('Hosts that are not enrolled: tunnelled unread, or refused.'),
      tlsListen: listenAddress
        .optional()
        .meta({ examples: ['0.0.0.0:8473'] })
        .describe('Where the proxy listens over TLS besides. Without it it does not.'),
      tlsAddress: listenAddress
        .optional()
        .meta({ examples: ['relay.example:8473'] })
        .describe('The address terminals reach that listener at, when it differs: its certificate is for this host, and the PAC file names it.'),
      certificate: path
        .optional()
        .meta({ examples: ['./proxy.pem'] })
        .describe("PEM file with the certificate chain of the TLS listener. Without it the relay's own CA vouches for it."),
      key: path
        .optional()
        .meta({ examples: ['./proxy-key.pem'] })
        .describe('PEM file with the private key of `certificate`.'),
    })
    .refine((proxy) => proxy.certificate === undefined || proxy.key !== undefined, { path: ['certificate'], error: 'goes together with `key`' })
    .refine((proxy) => proxy.key === undefined || proxy.certificate !== undefined, { path: ['key'], error: 'goes together with `certificate`' })
    .prefault({})
    .describe('The forward proxy that terminals use.'),
  gateway: z
    .strictObject({
      listen: listenAddress
        .optional()
        .meta({ examples: ['0.0.0.0:8472'] })
        .describe('Where the gateway listens, over TLS. Without it there is none.'),
      domain: z
        .string()
        .regex(
          /^(?=.{1,190}(?::|$))[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?$/,
          'must be a domain name in lower case, with :PORT where it is not that of `listen`',
        )
        .refine((domain) => !isPublicSuffix(domain.replace(/:\d+$/, '')), "must not be a public suffix: the relay's CA would vouch for every name below it")
        .optional()
        .meta({ form: 'DOMAIN or DOMAIN:PORT', examples: ['relay.example:443'] })
        .describe(
          "Below it each account has a host, `ACCOUNT.relay.example`; all of them lead to `listen`. With the port that people's browsers use, when it differs.",
        ),
      certificate: path
        .optional()
        .meta({ examples: ['./gateway.pem'] })
        .describe("PEM file with a certificate chain for `*.DOMAIN`. Without it the relay's own CA vouches for the domain: browsers must trust it."),
      key: path
        .optional()
        .meta({ examples: ['./gateway-key.pem'] })
        .describe('PEM file with the private key of `certificate`.'),
    })
    .refine((gateway) => gateway.listen === undefined || gateway.domain !== undefined, { path: ['listen'], error: 'goes together with `domain`' })
    .refine((gateway) => gateway.certificate === undefined || gateway.key !== undefined, { path: ['certificate'], error: 'goes together with `key`' })
    .refine((gateway) => gateway.key === undefined || gateway.certificate !== undefined, { path: ['key'], error: 'goes together with `certificate`' })
    .prefault({})
    .describe('The gateway, for people who can set neither proxy nor CA (docs/gateway.md).'),
  limits: z
    .strictObject({
      requestsPerSecond: z.int().min(1).max(1_000_000).default(500).describe('Requests a second that a device may keep up.'),
      burst: z.int().min(1).max(10_000_000).default(5000).describe('Requests that it may send at once after a rest. A large page has 500.'),
      requestsAtOnce: z.int().min(1).max(1_000_000).default(2000).describe('Requests and WebSockets of a device under way at enrolled sites.'),
      connections: z.int().min(1).max(1_000_000).default(2000).describe('Connections of a device to the proxy, tunnels among them.'),
      stallSeconds: z
        .int()
        .min(1)
        .max(86_400)
        .default(120)
        .describe('A client that takes nothing of an answer, or sends nothing of a request it has begun, for so long is cut off.'),
    })
    .prefault({})
    .describe('What a device may ask of the proxy. A browser comes to none of these; what runs away does.'),
  outbound: z
    .strictObject({
      upstreamProxy: z
        .string()
        .regex(upstreamProxyForm, 'must be `http://HOST:PORT`, `https://HOST:PORT`, `socks5://HOST:PORT`, `env:NAME` or `direct`, without credentials')
        .default('direct')
        .meta({ form: 'URL, `env:NAME`, `direct`' })
        .describe(
          'The proxy by which the relay reaches public addresses: `http://`, `https://` or `socks5://HOST:PORT`; `env:NAME` reads it, with user name and password, from the variable LOGIN_RELAY_UPSTREAM_NAME.',
        ),
      upstreamResolve: z
        .enum(['relay', 'proxy'])
        .default('relay')
        .describe('Who looks up names reached by an upstream proxy. With `proxy` the relay cannot check the addresses: what they lead to is up to the proxy.'),
    })
    .prefault({})
    .describe('The way from the relay to the sites.'),
  masterKey: z
    .strictObject({
      source: z
        .enum(['file', 'environment', 'passphrase'])
        .default('file')
        .describe(
          'Where the master key comes from: a file of mode 0600, the variable LOGIN_RELAY_MASTER_KEY (32 bytes in base64), or scrypt of the passphrase in LOGIN_RELAY_PASSPHRASE.',
        ),
      file: path
        .optional()
        .meta({ examples: ['./master.key'] })
        .describe('The key file, if not `master.key` in the data directory.'),
    })
    .prefault({})
    .describe('The key that everything secret in the data directory is sealed under.'),
  login: z
    .strictObject({
      captchaTries: z.int().min(1).max(20).default(4).describe('How many captcha answers one sign-in may try. A wrong password is never tried again.'),
      captchaModels: path
        .optional()
        .meta({ examples: ['./captcha-models'] })
        .describe('A folder with models of your own that read captchas (docs/captcha.md), instead of those that come with login-relay.'),
      timeoutSeconds: z.int().min(1).max(600).default(60).describe('How long one sign-in may take, without the time a person takes to answer.'),
      personSeconds: z.int().min(1).max(3600).default(180).describe('How long a question waits for a person.'),
      pageBytes: z.int().min(1024).max(268_435_456).default(5_242_880).describe('The largest page or image a sign-in reads.'),
      redirects: z.int().min(1).max(50).default(20).describe('How many redirects in a row a sign-in follows.'),
      retries: z
        .int()
        .min(0)
        .max(5)
        .default(2)
        .describe('How often a sign-in is begun again when the site fails before anything secret was sent. Afterwards it never is.'),
      retryMilliseconds: z.int().min(1).max(60_000).default(300).describe('How long it waits before that; four times as long each time.'),
      pages: z.int().min(1).max(500).default(60).describe('How many requests one sign-in may make.'),
      browser: path
        .optional()
        .meta({ examples: ['/usr/bin/chromium'] })
        .describe('Chromium, for sites that draw their sign-in by script; without it, one in the usual places. Needs the npm package playwright-core.'),
    })
    .prefault({})
    .describe('Limits of a sign-in.'),
  sessions: z
    .strictObject({
      ticketSeconds: z.int().min(5).max(3600).default(120).describe('How long a handoff link is good for.'),
      resendBytes: z
        .int()
        .min(0)
        .max(16_777_216)
        .default(65_536)
        .describe('The largest request body kept so that the request can be sent again after a fresh sign-in.'),
    })
    .prefault({})
    .describe('Site sessions and the links that hand them off.'),
  sites: z
    .strictObject({
      folder: path
        .optional()
        .meta({ examples: ['./sites'] })
        .describe('Where the declarations of the sites are, one YAML file each; without it, `sites` in the data directory (docs/sites.md).'),
    })
    .prefault({})
    .describe('The business servers that the relay signs in to.'),
  adapters: z
    .strictObject({
      folder: path
        .optional()
        .meta({ examples: ['./adapters'] })
        .describe('A folder with adapters of your own, one per file, and with packages `login-relay-adapter-*` in its `node_modules`.'),
      memoryMegabytes: z.int().min(128).max(4096).default(256).describe('The memory that an adapter of your own may use; beyond it its process is ended.'),
      stallSeconds: z.int().min(1).max(60).default(5).describe('How long an adapter of your own may compute without a pause; then its process is ended.'),
    })
    .prefault({})
    .describe('The plugins that know how a kind of site signs in.'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('How much is logged, as JSON lines on standard error.'),
      access: z.enum(['off', 'stderr', 'file']).default('off').describe('A line for every proxied request, on standard error or in `accessFile`.'),
      accessFile: path
        .optional()
        .meta({ examples: ['./access.log'] })
        .describe('The file of the access log; it is appended to. Without it, `access.log` in the data directory.'),
      accessDetail: z
        .enum(['path', 'query', 'cookies'])
        .default('path')
        .describe("What such a line tells of an address: its path; its query too; or besides the names of the client's cookies, never their values."),
    })
    .prefault({})
    .describe('The log.'),
  audit: z
    .strictObject({
      retentionDays: z.int().min(1).max(36_500).default(400).describe('How long its records are kept; then they go, a file at a time.'),
    })
    .prefault({})
    .describe('The record of what was done (docs/audit.md).'),
  notices: z
    .strictObject({
      smtpHost: z
        .string()
        .regex(/^[A-Za-z0-9.:-]{1,253}$/, 'must be a host name or an address')
        .optional()
        .meta({ form: 'host', examples: ['mail.example'] })
        .describe(
          'The mail server that takes notices by mail. Without it there is no mail. Its password stands in the variable LOGIN_RELAY_SMTP_PASSWORD or in `smtpPasswordFile`.',
        ),
      smtpPort: z.int().min(1).max(65_535).default(587).describe('Its port.'),
      smtpSecurity: z
        .enum(['starttls', 'tls', 'none'])
        .default('starttls')
        .describe('TLS from within the connection, which must work; TLS from its beginning; or none, where no password passes but on this machine.'),
      smtpUser: z
        .string()
        .min(1)
        .max(320)
        .optional()
        .meta({ examples: ['relay@example.com'] })
        .describe('The user name at the mail server. Without it nobody signs in there.'),
      smtpPasswordFile: path
        .optional()
        .meta({ examples: ['./smtp-password'] })
        .describe('A file with the password, and nothing else.'),
      mailFrom: z
        .email()
        .optional()
        .meta({ form: 'address', examples: ['relay@example.com'] })
        .describe('The sender of the mails. Without it, `login-relay` at the mail server.'),
      webhooks: z
        .enum(['off', 'public', 'private'])
        .default('public')
        .describe(
          'Whether people may have notices sent to an address of theirs: not at all; to public addresses over https, but to none of the machine the relay runs on; or to any, over http too: those of your own networks and of that machine. The relay’s own ports and addresses of cloud metadata are refused in any case.',
        ),
      webPush: z
        .enum(['off', 'on'])
        .default('on')
        .describe('Whether people may have notices shown by their browsers. They go, encrypted, through the push services that makers of browsers run.'),
    })
    .refine(({ smtpUser, smtpSecurity, smtpHost }) => smtpUser === undefined || smtpSecurity !== 'none' || isThisMachine(smtpHost), {
      path: ['smtpSecurity'],
      error: 'must not be `none` where a password goes to another machine',
    })
    .prefault({})
    .describe('How people are told what was done with what is theirs, beside the portal (docs/notices.md).'),
  places: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .refine((url) => url.includes('{address}'), 'must hold `{address}` where the address goes')
        .optional()
        .meta({ form: 'URL', examples: ['https://geo.example/{address}'] })
        .describe(
          'The location check: asked by GET where an address is, with `{address}` in its place; it answers JSON. Without it or `database`, what is lent to places is lent to none.',
        ),
      field: z.string().min(1).default('country').describe('The member of that answer that holds the place.'),
      database: path
        .optional()
        .meta({ examples: ['./GeoLite2-City.mmdb'] })
        .describe('A file in the MaxMind format that says where addresses are; with it the location check is not asked. It is read anew when it is replaced.'),
    })
    .prefault({})
    .describe('Where clients are, for accounts that are lent to places (docs/grants.md).'),
  tracing: z
    .strictObject({
      endpoint: z
        .url({ protocol: /^https?$/ })
        .optional()
        .meta({ examples: ['http://127.0.0.1:4318/v1/traces'] })
        .describe(
          'Where an OpenTelemetry collector takes traces (OTLP over HTTP): a span for each proxied request and each sign-in. Needs the npm packages that docs/proxy.md names. What the collector wants in header fields stands in the variable OTEL_EXPORTER_OTLP_HEADERS.',
        ),
      percent: z.int().min(1).max(100).default(100).describe('Of all traces, those that are sent.'),
    })
    .prefault({})
    .describe('Traces. Like the access log they have paths, never queries or cookies.'),
})

export const configSchema = options.refine((config) => !sharesCookies(config), {
  path: ['gateway', 'domain'],
  error: "shares cookies with the portal, which must be reached over https then: set `portal.publicUrl`, or the portal's `certificate`",
})

function isThisMachine(host = ''): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** A script on any host of a domain can set the portal's cookie, where that is not a `__Host-` cookie for want of TLS (RFC 6265 section 8.6). */
function sharesCookies({
  gateway,
  portal,
}: {
  readonly gateway: { readonly domain?: string | undefined }
  readonly portal: { readonly publicUrl?: string | undefined; readonly certificate?: string | undefined; readonly listen: string }
}): boolean {
  if (gateway.domain === undefined || portal.certificate !== undefined || portal.publicUrl?.startsWith('https:') === true) return false
  const registrable = getDomain(gateway.domain)
  return registrable !== null && registrable === getDomain(portal.publicUrl ?? portal.listen)
}

/** The configuration with every default filled in. */
export type Config = z.infer<typeof configSchema>
