// @peculiar/x509 needs it loaded first.
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectKeyIdentifierExtension,
} from '@peculiar/x509'
import { type KeyPair, keyIdOf, newKeyPair, signCertificate, toPem } from '../../certificates/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../vault/index.ts'
import type { Device } from '../contract.ts'

interface StoredAuthority {
  readonly sealedKey: Sealed
  readonly certificate: string
}

const keyRef: SealRef = { owner: 'relay', account: 'relay', record: 'device-ca-key' }
const recordId = 'authority'
const day = 24 * 60 * 60 * 1000
const authorityDays = 3650
const certificateDays = 90
/** Clocks differ. */
const backDating = 5 * 60 * 1000
/** `uid` (RFC 4519 section 2.39): whose the device is and which, so that its owner can be told of a certificate that is long forgotten. */
const uid = '0.9.2342.19200300.100.1.1'

/** The private CA that vouches for devices, and for nothing else: none of its certificates is a server's, and nobody but the relay trusts it. */
export class DeviceAuthority {
  readonly #vault: Vault
  readonly #records: Collection<StoredAuthority>
  readonly #now: () => number
  #key: KeyPair | undefined
  #pem = ''

  constructor(store: Store, vault: Vault, now: () => number) {
    this.#vault = vault
    this.#records = store.collection<StoredAuthority>({ name: 'device-authority' })
    this.#now = now
  }

  /** Loads the key, or makes one. */
  async load(): Promise<void> {
    const stored = (await this.#records.get(recordId))?.value
    if (stored === undefined) return this.#make()
    const der = await this.#vault.open(keyRef, stored.sealedKey)
    const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
    der.fill(0)
    this.#key = { privateKey, publicKey: createPublicKey(privateKey) }
    this.#pem = stored.certificate
  }

  /** Its certificate, PEM. */
  pem(): string {
    return this.#pem
  }

  /** A client certificate for this key on P-256: PEM; its serial number in upper-case hexadecimal; milliseconds since 1970. */
  issue(
    publicKey: KeyObject,
    { id, userId, name }: Pick<Device, 'id' | 'userId' | 'name'>,
  ): { readonly certificate: string; readonly serial: string; readonly expiresAt: number } {
    const { publicKey: issuerKey } = this.#pair
    const expiresAt = this.#now() + certificateDays * day
    const der = this.#sign(new Name([{ [uid]: [`${userId}/${id}`] }, { CN: [name] }]), publicKey, expiresAt, [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth], true),
      new SubjectKeyIdentifierExtension(keyIdOf(publicKey)),
      new AuthorityKeyIdentifierExtension(keyIdOf(issuerKey)),
    ])
    return { certificate: toPem(der), serial: new X509Certificate(der).serialNumber, expiresAt }
  }

  /** Whose device it was issued for; undefined: this CA has not issued it. The signature is checked here, whatever TLS has said of it. */
  deviceIn(certificate: X509Certificate): Pick<Device, 'id' | 'userId' | 'name'> | undefined {
    if (!certificate.verify(this.#pair.publicKey)) return undefined
    const { CN: name, UID: ids } = certificate.toLegacyObject().subject as Partial<Record<string, unknown>>
    const [userId, id] = typeof ids === 'string' ? ids.split('/') : []
    return typeof name === 'string' && userId !== undefined && id !== undefined ? { id, userId, name } : undefined
  }

  async #make(): Promise<void> {
    this.#key = newKeyPair()
    const { publicKey, privateKey } = this.#key
    const keyId = keyIdOf(publicKey)
    const der = this.#sign(authorityName(keyId), publicKey, this.#now() + authorityDays * day, [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      // Whoever checks the whole path takes nothing of it for a server (RFC 5280 4.2.1.12 leaves that to him; OpenSSL does).
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth], true),
      new SubjectKeyIdentifierExtension(keyId),
      new AuthorityKeyIdentifierExtension(keyId),
    ])
    this.#pem = toPem(der)
    const sealedKey = await this.#vault.seal(keyRef, privateKey.export({ type: 'pkcs8', format: 'der' }))
    await this.#records.put(recordId, { sealedKey, certificate: this.#pem }, { ifVersion: 0 })
  }

  #sign(subject: Name, publicKey: KeyObject, notAfter: number, extensions: readonly Extension[]): Buffer {
    const { publicKey: issuerKey, privateKey } = this.#pair
    const issuer = authorityName(keyIdOf(issuerKey))
    return signCertificate({ subject, issuer, publicKey, signingKey: privateKey, notBefore: this.#now() - backDating, notAfter, extensions })
  }

  get #pair(): KeyPair {
    if (this.#key === undefined) throw new Error('the device authority has not been loaded')
    return this.#key
  }
}

function authorityName(keyId: string): Name {
  return new Name([{ CN: [`Login Relay devices ${keyId.slice(0, 8)}`] }])
}
