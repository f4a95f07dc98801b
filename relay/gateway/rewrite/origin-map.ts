/** Translates addresses between a site's origins and the gateway's in their place. */
export interface OriginMap {
  /** An absolute or protocol-relative address of the site, as the gateway's; anything else as it is. */
  toGateway(address: string): string
  /** An address or origin of the gateway, as the site's. */
  toSite(address: string): string
  /**
   * Every absolute address of the site in a text whose beginning follows one of these characters (`^`: or begins the text).
   * `openers`: the inside of a character class.
   */
  replaceAll(text: string, openers: Openers): string
  /** Where the last address that the text's end leaves open would begin; the text's length where it leaves none open. */
  openAt(text: string, openers: Openers): number
  /** HOST or HOST:PORT of each origin of the site; in the same order the gateway's origins that stand for them. */
  readonly siteHosts: readonly string[]
  readonly gatewayOrigins: readonly string[]
}

export type Openers =
  /** The start of a JSON string, or of one inside an escaped text. */
  | 'json'
  /** `url(` and strings of CSS. */
  | 'css'
  /** The value of an attribute, one of several addresses in it, or an address in its style or list. */
  | 'attribute'
  /** A header field: Link, Refresh. */
  | 'field'

/** What may stand before an address. */
const before: Readonly<Record<Openers, string>> = { json: '"', css: '"\'(', attribute: '"\'(,\\s', field: '"<,;=\\s' }

/** Where the text itself may be the address. */
const begins: ReadonlySet<string> = new Set(['attribute', 'field'])

/** Ways an origin is written: as it is, without its scheme, and both with the slashes that some JSON writers escape. */
const separators = ['//', '\\/\\/']

/** `pairs`: origins of the site, each with that of the gateway which stands for it. */
export function createOriginMap(pairs: readonly (readonly [site: string, gateway: string])[]): OriginMap {
  const forms = formsOf(pairs)
  const longest = Math.max(...[...forms.keys()].map((form) => form.length))
  const anyForm = [...forms.keys()]
    .sort((a, b) => b.length - a.length)
    .map(escapeRegExp)
    .join('|')
  // What follows must not belong to the host or port still.
  const address = `(${anyForm})(?![\\w.-]|:\\d)`
  const patterns = Object.fromEntries(
    Object.entries(before).map(([kind, set]) => [kind, new RegExp(`(${begins.has(kind) ? '^|' : ''}[${set}])${address}`, 'gi')]),
  ) as Record<Openers, RegExp>
  const whole = new RegExp(`^()${address}`, 'i')
  const replace = (_: string, opener: string, form: string): string => opener + (forms.get(form.toLowerCase()) as string)
  const back = new Map(pairs.map(([site, gateway]) => [gateway, site]))

  return {
    toGateway: (text) => text.replace(whole, replace),
    toSite(text) {
      for (const [gateway, site] of back) {
        if (text === gateway) return site
        if (text.startsWith(gateway) && /^[/?#]/.test(text.slice(gateway.length))) return site + text.slice(gateway.length)
      }
      return text
    },
    replaceAll: (text, openers) => text.replace(patterns[openers], replace),
    openAt(text, openers) {
      const from = Math.max(0, text.length - longest - 2)
      const opener = new RegExp(`[${before[openers]}]`, 'g')
      for (const { index } of text.slice(from).matchAll(opener)) {
        const rest = text.slice(from + index + 1).toLowerCase()
        for (const form of forms.keys()) if (form.startsWith(rest) || `${form}:`.startsWith(rest)) return from + index
      }
      return text.length
    },
    siteHosts: pairs.map(([site]) => new URL(site).host),
    gatewayOrigins: pairs.map(([, gateway]) => gateway),
  }
}

/** Every way a text may write an origin of the site, lower case, with what stands in its place. */
function formsOf(pairs: readonly (readonly [site: string, gateway: string])[]): Map<string, string> {
  const forms = new Map<string, string>()
  const add = (scheme: string, host: string, target: string): void => {
    for (const separator of separators) {
      const written = `${scheme}${separator}${host}`
      if (!forms.has(written)) forms.set(written, target.replace('//', separator))
    }
  }
  for (const [site, gateway] of pairs) {
    const { protocol, host } = new URL(site)
    add(protocol, host, gateway)
    add(protocol === 'https:' ? 'wss:' : 'ws:', host, gateway.replace(/^https/, 'wss'))
  }
  for (const [site, gateway] of pairs) {
    const { protocol, host, port } = new URL(site)
    add('', host, gateway.slice('https:'.length))
    // Links of pages from before the site had TLS: the site itself leads them to the https origin.
    if (protocol === 'https:' && port === '') add('http:', host, gateway)
  }
  return forms
}

/** The text as a part of a pattern that matches it. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
