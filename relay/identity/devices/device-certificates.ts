import type { X509Certificate } from 'node:crypto'
import { RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Vault } from '../../vault/index.ts'
import type { Device, Identity, Principal } from '../contract.ts'
import { DeviceAuthority } from './device-authority.ts'
import { readCertificateRequest } from './read-certificate-request.ts'
import type { ShownCertificate } from './shown-certificate.ts'

/** A device's client certificate. */
interface IssuedCertificate {
  /** PEM. */
  readonly certificate: string
  /** Upper-case hexadecimal. */
  readonly serial: string
  /** Milliseconds since 1970: 90 days after it was issued. */
  readonly expiresAt: number
}

/** Client certificates of devices: what a device proves itself with instead of a token. The private key never leaves the device. */
export interface DeviceCertificates {
  start(): Promise<void>
  stop(): Promise<void>
  /** The CA that TLS is to verify them by, PEM. */
  authority(): string
  /**
   * A certificate for the key of a request (PKCS#10, PEM). The one before stays good until the new one has been used once, so that a device
   * that fails to keep it is not shut out; others end now. `not_found` for a device that is not there, `bad_request`.
   */
  issue(deviceId: string, request: string): Promise<IssuedCertificate>
  /** The principal behind a certificate that TLS has verified; undefined: unknown, ended, or its device was revoked. From memory. */
  principal(serial: string): Extract<Principal, { kind: 'device' }> | undefined
  /** The principal behind a certificate that a client shows; why it is no good otherwise: `device_certificate_refused`. From memory. */
  admit(shown: ShownCertificate): Extract<Principal, { kind: 'device' }> | RelayError
  /** Whose device a certificate is for that this relay has issued, be it good or not; undefined: it has not. */
  deviceIn(certificate: X509Certificate): Pick<Device, 'id' | 'userId' | 'name'> | undefined
  /** When the newest of a device ends; undefined: it has none. */
  expiryOf(deviceId: string): number | undefined
}

interface DeviceCertificatesOptions {
  readonly store: Store
  readonly vault: Vault
  readonly identity: Pick<Identity, 'listDevices' | 'certifiedPrincipal' | 'onDeviceRevoked'>
  readonly now?: () => number
}

interface CertificateRecord {
  readonly deviceId: string
  readonly issuedAt: number
  readonly expiresAt: number
}

export function createDeviceCertificates(options: DeviceCertificatesOptions): DeviceCertificates {
  return new Certificates(options)
}

class Certificates implements DeviceCertificates {
  readonly #identity: DeviceCertificatesOptions['identity']
  readonly #now: () => number
  readonly #authority: DeviceAuthority
  readonly #records: Collection<CertificateRecord>
  /** By serial number, in the order they were issued. */
  readonly #issued = new Map<string, CertificateRecord>()
  /** By device: the one it has used last. */
  readonly #used = new Map<string, string>()
  readonly #forgetting = new Set<Promise<unknown>>()
  #stopWatching = (): void => {}

  constructor({ store, vault, identity, now = Date.now }: DeviceCertificatesOptions) {
    this.#identity = identity
    this.#now = now
    this.#authority = new DeviceAuthority(store, vault, now)
    this.#records = store.collection<CertificateRecord>({ name: 'device-certificates' })
  }

  async start(): Promise<void> {
    await this.#authority.load()
    const devices = new Set((await this.#identity.listDevices()).map(({ id }) => id))
    const kept = (await this.#records.list()).sort((a, b) => a.value.issuedAt - b.value.issuedAt)
    for (const { id, value } of kept) {
      this.#issued.set(id, value)
      // Where there are two, the newer one had not been used yet.
      if (!this.#used.has(value.deviceId)) this.#used.set(value.deviceId, id)
      if (!devices.has(value.deviceId) || value.expiresAt <= this.#now()) this.#forget(id)
    }
    this.#stopWatching = this.#identity.onDeviceRevoked(({ id }) => {
      this.#used.delete(id)
      for (const [serial] of this.#ofDevice(id)) this.#forget(serial)
    })
  }

  async stop(): Promise<void> {
    this.#stopWatching()
    await Promise.all(this.#forgetting)
  }

  authority(): string {
    return this.#authority.pem()
  }

  async issue(deviceId: string, request: string): Promise<IssuedCertificate> {
    const publicKey = await readCertificateRequest(request)
    const device = await this.#deviceOf(deviceId)
    const issued = this.#authority.issue(publicKey, device)
    const record = { deviceId, issuedAt: this.#now(), expiresAt: issued.expiresAt }
    await this.#records.put(issued.serial, record, { ifVersion: 0 })
    this.#issued.set(issued.serial, record)
    // A device that was revoked meanwhile has been told of already.
    if ((await this.#deviceOf(deviceId).catch(() => undefined)) === undefined) this.#forget(issued.serial)
    this.#forgetUnused(deviceId)
    return issued
  }

  principal(serial: string): Extract<Principal, { kind: 'device' }> | undefined {
    const record = this.#issued.get(serial)
    if (record === undefined || record.expiresAt <= this.#now()) return undefined
    this.#noteUse(serial, record)
    return this.#identity.certifiedPrincipal(record.deviceId)
  }

  admit(shown: ShownCertificate): Extract<Principal, { kind: 'device' }> | RelayError {
    const principal = shown.isVerified ? this.principal(shown.serial) : undefined
    return principal ?? new RelayError('device_certificate_refused', { params: { reason: this.#whyNot(shown.certificate) } })
  }

  deviceIn(certificate: X509Certificate): Pick<Device, 'id' | 'userId' | 'name'> | undefined {
    return this.#authority.deviceIn(certificate)
  }

  expiryOf(deviceId: string): number | undefined {
    return this.#ofDevice(deviceId).at(-1)?.[1].expiresAt
  }

  #whyNot(certificate: X509Certificate): string {
    const device = this.deviceIn(certificate)
    if (device === undefined) return 'this relay has not issued it'
    if (Date.parse(certificate.validTo) <= this.#now()) return 'it has expired'
    return this.#ofDevice(device.id).length === 0 ? 'its device was revoked' : 'it was replaced by a newer one'
  }

  /** The device holds this one, and needs none from before. */
  #noteUse(serial: string, { deviceId }: CertificateRecord): void {
    if (this.#used.get(deviceId) === serial) return
    this.#used.set(deviceId, serial)
    for (const [other] of this.#ofDevice(deviceId)) {
      if (other === serial) return
      this.#forget(other)
    }
  }

  /** The newest, and beside it the one in use: of those in between, none was ever kept by the device. */
  #forgetUnused(deviceId: string): void {
    const serials = this.#ofDevice(deviceId).map(([serial]) => serial)
    const used = serials.find((serial) => serial === this.#used.get(deviceId)) ?? serials.at(-2)
    for (const serial of serials.slice(0, -1)) if (serial !== used) this.#forget(serial)
  }

  async #deviceOf(id: string): Promise<Device> {
    const device = (await this.#identity.listDevices()).find((one) => one.id === id)
    if (device === undefined || device.unwritten === true) throw new RelayError('not_found', { params: { what: 'such device' } })
    return device
  }

  #ofDevice(deviceId: string): (readonly [serial: string, record: CertificateRecord])[] {
    return [...this.#issued].filter(([, record]) => record.deviceId === deviceId)
  }

  /** It counts no more from now on; one that a failing disk keeps is found without its device, or ended, at the next start. */
  #forget(serial: string): void {
    this.#issued.delete(serial)
    const forgetting = this.#records.delete(serial).catch(() => {})
    this.#forgetting.add(forgetting)
    void forgetting.then(() => this.#forgetting.delete(forgetting))
  }
}
