import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Collection, Store } from '../../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../../vault/index.ts'

interface KeyRecord {
  readonly sealedKey: Sealed
}

const keyRef: SealRef = { owner: 'relay', account: 'relay', record: 'push-key' }
/** RFC 8292 section 2: 24 hours at most. Clocks differ. Seconds. */
const goodFor = 12 * 3600

/** The key by which push services know this relay (VAPID, RFC 8292): made once, for browsers bind what they give out to it. Its private part is sealed. */
export class ServerKey {
  readonly #records: Collection<KeyRecord>
  readonly #vault: Pick<Vault, 'seal' | 'open'>
  #private: KeyObject | undefined
  #public = ''

  constructor(store: Store, vault: Pick<Vault, 'seal' | 'open'>) {
    this.#records = store.collection<KeyRecord>({ name: 'push-key' })
    this.#vault = vault
  }

  /** The pair, made where there is none. `vault_record_damaged`. */
  async load(): Promise<void> {
    const stored = (await this.#records.get('key'))?.value
    const key = stored === undefined ? await this.#make() : readKey(await this.#vault.open(keyRef, stored.sealedKey))
    const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' })
    this.#public = Buffer.concat([Buffer.of(0x04), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('base64url')
    this.#private = key
  }

  /** An uncompressed point in base64url, as `applicationServerKey` of the Push API takes it; '' before it is loaded. */
  get public(): string {
    return this.#public
  }

  /**
   * The value of `Authorization` for a push service (RFC 8292 section 3): a token for its origin alone. `contact`: where its operator finds
   * who runs this relay, an https address.
   */
  authorization(origin: string, contact: string, now: number): string {
    if (this.#private === undefined) throw new Error('the push key is not loaded')
    const claims = { aud: origin, exp: Math.floor(now / 1000) + goodFor, sub: contact }
    const signed = `${part({ typ: 'JWT', alg: 'ES256' })}.${part(claims)}`
    // RFC 7518 section 3.4: r and s side by side, not in DER.
    const signature = sign('sha256', Buffer.from(signed), { key: this.#private, dsaEncoding: 'ieee-p1363' })
    return `vapid t=${signed}.${signature.toString('base64url')}, k=${this.#public}`
  }

  async #make(): Promise<KeyObject> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const sealedKey = await this.#vault.seal(keyRef, privateKey.export({ format: 'der', type: 'pkcs8' }))
    await this.#records.put('key', { sealedKey }, { ifVersion: 0 })
    return privateKey
  }
}

function readKey(key: Buffer): KeyObject {
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
