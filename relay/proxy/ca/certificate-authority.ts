import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Accounts } from '../../accounts/index.ts'
import { type KeyPair, newKeyPair, toPem } from '../../certificates/index.ts'
import { RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../vault/index.ts'
import { enrolledHosts } from './enrolled-hosts.ts'
import { issueAuthority, issueLeaf } from './issue-certificates.ts'
import { type SignedLeaf, SignedLeaves } from './signed-leaves.ts'

/** A certificate for one host, with its key, as TLS takes them. PEM. */
export interface LeafCertificate {
  readonly cert: string
  readonly key: string
  readonly context: SecureContext
  readonly expiresAt: number
}

/** The hosts a CA certificate gained and lost. */
export interface Reissued {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** The relay's CA (law 6). */
export interface CertificateAuthority {
  /** Loads the key or makes one; issues the certificate anew when the set of hosts has changed or its end is near. */
  start(): Promise<void>
  stop(): Promise<void>
  /** The certificate that clients trust. */
  pem(): string
  /** The hosts it vouches for, sorted; addresses without brackets. */
  readonly names: readonly string[]
  /** SHA-256, upper-case hexadecimal with colons. */
  readonly fingerprint: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** A certificate for an enrolled host, or for `*.` and the gateway's domain, from the cache or new. `site_unknown` for any other. */
  leafFor(host: string): Promise<LeafCertificate>
  /** After the certificate was issued anew: clients need the new one before they take an added host. Returns the way to stop. */
  onReissued(listener: (change: Reissued) => void): () => void
}

export interface CertificateAuthorityOptions {
  readonly store: Store
  readonly vault: Vault
  readonly accounts: Pick<Accounts, 'listSites' | 'onSitesChanged'>
  /** The gateway's domain: the CA vouches for the hosts directly below it, too. */
  readonly ownDomain?: string
  /** The host of the proxy itself, where it listens over TLS. */
  readonly ownHost?: string
  readonly now?: () => number
}

interface StoredAuthority {
  readonly sealedKey: Sealed
  readonly certificate: string
  readonly hosts: readonly string[]
}

export function createCertificateAuthority(options: CertificateAuthorityOptions): CertificateAuthority {
  return new RelayAuthority(options)
}

const keyRef: SealRef = { owner: 'relay', account: 'relay', record: 'ca-key' }
const recordId = 'authority'
const day = 24 * 60 * 60 * 1000
/** The certificate is issued anew this long before it ends: people need time to install it. */
const renewBefore = 60 * day

class RelayAuthority implements CertificateAuthority {
  readonly #options: CertificateAuthorityOptions
  readonly #now: () => number
  readonly #collection: Collection<StoredAuthority>
  readonly #signed: SignedLeaves
  readonly #leaves = new Map<string, LeafCertificate>()
  readonly #listeners = new Set<(change: Reissued) => void>()
  #key: KeyPair | undefined
  /** One for all hosts, made at start and never stored. */
  #leafKey: KeyPair | undefined
  #sealedKey: Sealed | undefined
  #hosts: readonly string[] = []
  #certificate: X509Certificate | undefined
  #refreshing: Promise<void> = Promise.resolve()
  #saving: Promise<void> = Promise.resolve()
  #stopWatching = (): void => {}

  constructor(options: CertificateAuthorityOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#signed = new SignedLeaves((host) => this.#sign(host), this.#now)
    this.#collection = options.store.collection<StoredAuthority>({ name: 'certificate-authority' })
  }

  async start(): Promise<void> {
    const stored = (await this.#collection.get(recordId))?.value
    if (stored === undefined) await this.#makeKey()
    else await this.#load(stored)
    this.#leafKey = newKeyPair()
    this.#stopWatching = this.#options.accounts.onSitesChanged(() => this.#refreshSoon())
    await this.#refresh()
    this.#signed.keepUp(this.#hosts)
    await this.#saving
  }

  async stop(): Promise<void> {
    this.#stopWatching()
    await Promise.allSettled([this.#refreshing, this.#saving])
    this.#signed.stop()
  }

  pem(): string {
    return toPem(this.#issued.raw)
  }

  get names(): readonly string[] {
    return this.#hosts
  }

  get fingerprint(): string {
    return this.#issued.fingerprint256
  }

  get expiresAt(): number {
    return this.#issued.validToDate.getTime()
  }

  async leafFor(host: string): Promise<LeafCertificate> {
    const cached = this.#leaves.get(host)
    if (cached !== undefined && this.#signed.isGood(cached)) return cached
    await this.#refreshing
    if (this.expiresAt - this.#now() <= renewBefore) await this.#refresh()
    return this.#makeLeaf(host)
  }

  onReissued(listener: (change: Reissued) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get #issued(): X509Certificate {
    if (this.#certificate === undefined) throw new Error('the certificate authority has not been started')
    return this.#certificate
  }

  async #makeKey(): Promise<void> {
    this.#key = newKeyPair()
    this.#sealedKey = await this.#options.vault.seal(keyRef, this.#key.privateKey.export({ type: 'pkcs8', format: 'der' }))
  }

  async #load({ sealedKey, certificate, hosts }: StoredAuthority): Promise<void> {
    const der = await this.#options.vault.open(keyRef, sealedKey)
    const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
    der.fill(0)
    this.#key = { privateKey, publicKey: createPublicKey(privateKey) }
    this.#sealedKey = sealedKey
    this.#certificate = new X509Certificate(certificate)
    this.#hosts = hosts
  }

  #refreshSoon(): void {
    this.#refreshing = this.#refresh()
    this.#refreshing.catch(() => {})
  }

  /** Brings the certificate up to the set of sites. It counts at once and is stored behind. */
  async #refresh(): Promise<void> {
    const { accounts, ownDomain, ownHost } = this.#options
    const hosts = enrolledHosts(await accounts.listSites(), ownDomain, ownHost)
    const before = this.#hosts
    const added = hosts.filter((host) => !before.includes(host))
    const removed = before.filter((host) => !hosts.includes(host))
    const first = this.#certificate === undefined
    if (!first && added.length === 0 && removed.length === 0 && this.expiresAt - this.#now() > renewBefore) return
    this.#certificate = new X509Certificate(issueAuthority(this.#key as KeyPair, hosts, this.#now()))
    this.#hosts = hosts
    for (const host of removed) this.#leaves.delete(host)
    this.#save()
    if (!first) this.#signed.keepUp(hosts)
    if (!first) for (const listener of this.#listeners) listener({ added, removed })
  }

  #save(): void {
    const value: StoredAuthority = { sealedKey: this.#sealedKey as Sealed, certificate: this.pem(), hosts: this.#hosts }
    this.#saving = this.#saving.catch(() => {}).then(async () => void (await this.#collection.put(recordId, value)))
    // The first one, with the key in it, is awaited by start; a later one that fails is made up for at the next start, from the same key.
    this.#saving.catch(() => {})
  }

  #makeLeaf(host: string): LeafCertificate {
    const isOwn = this.#options.ownDomain !== undefined && host === `*.${this.#options.ownDomain}`
    if (!isOwn && !this.#hosts.includes(host)) throw new RelayError('site_unknown', { params: { site: host } })
    const { cert, expiresAt } = this.#signed.of(host)
    const key = (this.#leafKey as KeyPair).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    const leaf = { cert, key, context: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }), expiresAt }
    this.#leaves.set(host, leaf)
    return leaf
  }

  #sign(host: string): SignedLeaf {
    const { der, expiresAt } = issueLeaf(this.#key as KeyPair, (this.#leafKey as KeyPair).publicKey, host, this.#now())
    return { cert: toPem(der), expiresAt }
  }
}
