export interface CommandAccess {
  /** `http://DEVICE:TOKEN@HOST:PORT`. */
  readonly proxyUrl: string
  readonly files: { readonly ca: string; readonly bundle: string }
  readonly enrolledHosts: readonly string[]
}

/** Tools that add the file to what they trust get the CA alone. */
const caAlone = ['NODE_EXTRA_CA_CERTS'] as const

/** Tools that trust nothing beside the file get a bundle: the system's roots, the person's own, the CA. */
const wholeBundle = ['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CARGO_HTTP_CAINFO', 'DENO_CERT'] as const

/** Set by hand or by a system image, they would keep their tools from trusting the CA; without them the tools read the ones above. */
const stale = ['SSL_CERT_DIR', 'AWS_CA_BUNDLE', 'PIP_CERT', 'NIX_SSL_CERT_FILE', 'HTTPLIB2_CA_CERTS', 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH', 'FTP_PROXY'] as const

const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'] as const

/**
 * The environment of a command that goes through the proxy: what the parent had, with every proxy and trust setting replaced, so that no stale one
 * leads around the relay. The relay's own variables stay behind: the command needs none of them.
 */
export function commandEnvironment(parent: NodeJS.ProcessEnv, { proxyUrl, files, enrolledHosts }: CommandAccess): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  const replaced = new Set<string>([...proxyNames, 'NO_PROXY', ...stale, ...caAlone, ...wholeBundle, 'NODE_USE_ENV_PROXY'])
  for (const [name, value] of Object.entries(parent)) {
    if (!replaced.has(name.toUpperCase()) && !name.startsWith('LOGIN_RELAY_')) env[name] = value
  }
  const noProxy = withoutEnrolled(parent.no_proxy ?? parent.NO_PROXY ?? '', enrolledHosts)
  for (const name of proxyNames) both(env, name, proxyUrl)
  both(env, 'NO_PROXY', noProxy)
  for (const name of caAlone) env[name] = files.ca
  for (const name of wholeBundle) env[name] = files.bundle
  // Node's own fetch and http go through the proxy only when told so (Node 22.21 and 24).
  env.NODE_USE_ENV_PROXY = '1'
  return env
}

function both(env: NodeJS.ProcessEnv, name: string, value: string): void {
  env[name] = value
  env[name.toLowerCase()] = value
}

/** The parent's exceptions, less those that would lead an enrolled site around the proxy. */
function withoutEnrolled(noProxy: string, enrolledHosts: readonly string[]): string {
  return noProxy
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !enrolledHosts.some((host) => covers(entry, host)))
    .join(',')
}

/** Tools differ; this reads an entry as widely as any of them: `*`, a host, a domain with or without its dot, with a port, an address range. */
function covers(entry: string, host: string): boolean {
  if (entry === '*' || entry.includes('/')) return true
  const domain = entry
    .replace(/:\d+$/, '')
    .replace(/^\*?\./, '')
    .toLowerCase()
  return host === domain || host.endsWith(`.${domain}`)
}
