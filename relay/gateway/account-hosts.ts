import type { Account, Accounts, Site } from '../accounts/index.ts'
import type { Grants } from '../control/index.ts'
import type { Principal } from '../identity/index.ts'

/** Where accounts are looked for. */
export interface AccountRooms {
  readonly accounts: Pick<Accounts, 'listAccounts'>
  readonly grants: Pick<Grants, 'lentTo'>
}

/** Where accounts are: the names below the gateway's domain. */
export interface Domain {
  /** Lower case, without a port. */
  readonly name: string
  /** The port that people's browsers use. */
  readonly port: number
  /** The portal's host: no account is found there. */
  readonly portal: string
}

/** A host of the gateway: an account, by what it is called there, and which origin of its site. */
export interface AccountHost {
  readonly label: string
  /** 0 for the first origin, which has the plain name. */
  readonly origin: number
}

/** A label of DNS that leaves room for `--12` (RFC 1035 section 2.3.4), and holds no two hyphens, which part the number from the name. */
const asLabel = /^(?!.*--)[a-z0-9](?:[a-z0-9-]{0,56}[a-z0-9])?$/
const hostShape = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)$/

/** What an account is called in its host's name: its own name where that can be one, else its id. */
export function labelOf({ name, id }: Pick<Account, 'name' | 'id'>, domain: Pick<Domain, 'name' | 'portal'>): string {
  return asLabel.test(name) && `${name}.${domain.name}` !== domain.portal ? name : id
}

/** The account of this person's that goes by this label, or one that is lent to him, which goes by its id. */
export function accountOf(
  { accounts, grants }: AccountRooms,
  label: string,
  person: Exclude<Principal, { kind: 'local' }>,
  domain: Domain,
): Account | undefined {
  const own = accounts.listAccounts({ owner: person.user.id }).find((account) => labelOf(account, domain) === label)
  return own ?? grants.lentTo(person).find(({ account }) => account.id === label)?.account
}

/** `domain` of the configuration without its port. */
export function gatewayDomain(text: string): string {
  return (text.split(':')[0] as string).toLowerCase()
}

/** `domain` of the configuration; without a port in it the listener's own. */
export function readDomain(text: string, listenPort: number, portal: string): Domain {
  const port = text.split(':')[1]
  return { name: gatewayDomain(text), port: port === undefined ? listenPort : Number(port), portal }
}

/** The first label of the host's name: `erp`, `erp--2`. */
export function hostLabel({ label, origin }: AccountHost): string {
  return origin === 0 ? label : `${label}--${origin + 1}`
}

/** The value of the Host field for a host of the gateway. */
export function authorityOf({ name, port }: Domain, host: AccountHost): string {
  return `${hostLabel(host)}.${name}${port === 443 ? '' : `:${port}`}`
}

/**
 * Which host of the gateway a Host field names; undefined: none. The port may be any: the gateway may be reached through a port that another
 * one leads to, and a name that is not below the domain is refused whatever its port (DNS rebinding).
 */
export function readHost(field: string | undefined, { name }: Domain): AccountHost | undefined {
  const [, host = ''] = /^([a-z0-9.-]{1,253})(?::\d{1,5})?$/i.exec(field ?? '') ?? []
  const lower = host.toLowerCase()
  if (!lower.endsWith(`.${name}`)) return undefined
  return readLabel(lower.slice(0, -name.length - 1))
}

/** The first label of such a name. */
export function readLabel(text: string): AccountHost | undefined {
  if (!hostShape.test(text)) return undefined
  const [, label = '', number] = /^(.*?)(?:--(\d{1,2}))?$/.exec(text) ?? []
  if (number === undefined) return { label: text, origin: 0 }
  const origin = Number(number) - 1
  return origin >= 1 && String(origin + 1) === number ? { label, origin } : undefined
}

/** The origins of the site, each with the gateway's in its place. */
export function originPairs(site: Pick<Site, 'origins'>, label: string, domain: Domain): readonly (readonly [site: string, gateway: string])[] {
  return site.origins.map((origin, index) => [origin, `https://${authorityOf(domain, { label, origin: index })}`])
}
