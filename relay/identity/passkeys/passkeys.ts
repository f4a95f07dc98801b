import { createHash } from 'node:crypto'
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store, StoredRecord } from '../../store/index.ts'
import type { PasskeyAnswer, PasskeyUse, User } from '../contract.ts'
import { PasskeyChallenges } from './passkey-challenges.ts'

const mostPerUser = 20

/** EdDSA, ES256, RS256 (RFC 9053): named, for the library's own choice asks Node for algorithms that it calls experimental on standard error. */
const algorithms = [-8, -7, -257]

/** A passkey as its owner sees it. */
export interface Passkey {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt?: number
  /** The host it works at. */
  readonly host: string
  /** It was kept in place of all before: it counts from when the record of its person says so (`Identity.resetToPasskey`). */
  readonly instead?: true
}

/** What an authenticator has made, verified; nobody's yet. */
export interface NewPasskey {
  readonly credentialId: string
  /** Base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly transports: readonly string[]
  readonly host: string
  readonly name: string
}

/** Passkeys (WebAuthn): discoverable, and only with user verification, so that one is two factors in itself. */
export interface Passkeys {
  /** Oldest first. */
  list(userId: string): Promise<readonly Passkey[]>
  /** For `navigator.credentials.create`. */
  creationOptions(user: Pick<User, 'id' | 'name'>, use: PasskeyUse): Promise<PublicKeyCredentialCreationOptionsJSON>
  /** Verifies what the browser answered to that; it is stored by `keep`. `passkey_refused`, `bad_request` for a name of none or more than 60 characters. */
  verifyNew(given: PasskeyAnswer & { readonly name: string }): Promise<NewPasskey>
  /** Gives it to this person. `passkey_refused`: it is there already; `bad_request`: a twenty-first one, unless it comes in place of those before. */
  keep(userId: string, made: NewPasskey, as?: { readonly instead: true }): Promise<Passkey>
  /** Both in one. */
  add(user: Pick<User, 'id'>, given: PasskeyAnswer & { readonly name: string }): Promise<Passkey>
  /** For `navigator.credentials.get`. `userId`: his alone; default: the person chooses. */
  requestOptions(use: PasskeyUse, userId?: string): Promise<PublicKeyCredentialRequestOptionsJSON>
  /** Whose passkey, and which, this answer is of. `passkey_refused`. */
  prove(given: PasskeyAnswer): Promise<{ readonly userId: string; readonly id: string }>
  /** False: this person has none such. */
  remove(userId: string, id: string): Promise<boolean>
}

export interface PasskeysOptions {
  readonly store: Store
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
}

/** Under a hash of the credential's id, which may be too long for a record's. */
interface PasskeyRecord extends NewPasskey {
  readonly userId: string
  readonly createdAt: number
  readonly lastUsedAt?: number
  readonly instead?: true
}

export function createPasskeys(options: PasskeysOptions): Passkeys {
  return new StoredPasskeys(options)
}

class StoredPasskeys implements Passkeys {
  readonly #records: Collection<PasskeyRecord>
  readonly #challenges: PasskeyChallenges
  readonly #now: () => number

  constructor({ store, now = Date.now }: PasskeysOptions) {
    this.#records = store.collection<PasskeyRecord>({ name: 'passkeys', indexes: { user: ({ userId }) => [userId] } })
    this.#challenges = new PasskeyChallenges(now)
    this.#now = now
  }

  async list(userId: string): Promise<readonly Passkey[]> {
    return (await this.#of(userId)).map(listed)
  }

  async creationOptions({ id, name }: Pick<User, 'id' | 'name'>, { place, purpose }: PasskeyUse): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const present = (await this.#of(id)).filter(({ value }) => value.host === place.host)
    return generateRegistrationOptions({
      rpName: 'login-relay',
      rpID: place.host,
      userID: handleOf(id),
      userName: name,
      userDisplayName: name,
      challenge: this.#challenges.issue(purpose),
      attestationType: 'none',
      supportedAlgorithmIDs: algorithms,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: present.map(({ value }) => ({ id: value.credentialId, transports: [...value.transports] })),
    })
  }

  async add({ id }: Pick<User, 'id'>, given: PasskeyAnswer & { name: string }): Promise<Passkey> {
    await this.#checkRoom(id)
    return this.keep(id, await this.verifyNew(given))
  }

  async verifyNew({ name, response, place, purpose }: PasskeyAnswer & { name: string }): Promise<NewPasskey> {
    const shown = name.trim()
    if (shown === '' || [...shown].length > 60) throw new RelayError('bad_request', { params: { problem: 'the name of a passkey has 1 to 60 characters' } })
    const { credential } = await refusing(async () => {
      const given = response as RegistrationResponseJSON
      checkUnattested(given)
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response: given,
        expectedChallenge: (challenge) => this.#challenges.spend(challenge, purpose),
        expectedOrigin: place.origin,
        expectedRPID: place.host,
        requireUserVerification: true,
        supportedAlgorithmIDs: algorithms,
      })
      if (!verified) throw new Error('not verified')
      return registrationInfo
    })
    return {
      credentialId: credential.id,
      publicKey: isoBase64URL.fromBuffer(credential.publicKey),
      counter: credential.counter,
      transports: (credential.transports ?? []).slice(0, 10).map((transport) => String(transport).slice(0, 30)),
      host: place.host,
      name: shown.toWellFormed(),
    }
  }

  async keep(userId: string, made: NewPasskey, as?: { readonly instead: true }): Promise<Passkey> {
    if (as?.instead !== true) await this.#checkRoom(userId)
    const value: PasskeyRecord = { ...made, userId, createdAt: this.#now(), ...as }
    const id = recordId(made.credentialId)
    // One that is there already stays whose it is.
    await refusing(() => this.#records.put(id, value, { ifVersion: 0 }))
    return listed({ id, value })
  }

  async requestOptions({ place, purpose }: PasskeyUse, userId?: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const own = userId === undefined ? [] : (await this.#of(userId)).filter(({ value }) => value.host === place.host)
    return generateAuthenticationOptions({
      rpID: place.host,
      challenge: this.#challenges.issue(purpose),
      userVerification: 'required',
      allowCredentials: own.map(({ value }) => ({ id: value.credentialId, transports: [...value.transports] })),
    })
  }

  prove({ response, place, purpose }: PasskeyAnswer): Promise<{ userId: string; id: string }> {
    return refusing(async () => {
      const given = response as AuthenticationResponseJSON
      const stored = await this.#records.get(recordId(String(given.id)))
      if (stored === undefined || stored.value.host !== place.host) throw new Error('no such passkey here')
      const { userId, credentialId, publicKey, counter } = stored.value
      const { userHandle } = given.response
      if (userHandle !== undefined && userHandle !== isoBase64URL.fromBuffer(handleOf(userId))) throw new Error("another's passkey")
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: given,
        expectedChallenge: (challenge) => this.#challenges.spend(challenge, purpose),
        expectedOrigin: place.origin,
        expectedRPID: place.host,
        // A counter that has not grown is refused: the key was copied (WebAuthn section 6.1.1).
        credential: { id: credentialId, publicKey: isoBase64URL.toBuffer(publicKey), counter },
        requireUserVerification: true,
      })
      if (!verified) throw new Error('not verified')
      // By compare-and-set: removed meanwhile, it proves nothing.
      await this.#records.put(stored.id, { ...stored.value, counter: authenticationInfo.newCounter, lastUsedAt: this.#now() }, { ifVersion: stored.version })
      return { userId, id: stored.id }
    })
  }

  async remove(userId: string, id: string): Promise<boolean> {
    if ((await this.#records.get(id))?.value.userId !== userId) return false
    return this.#records.delete(id)
  }

  async #checkRoom(userId: string): Promise<void> {
    if ((await this.#of(userId)).length >= mostPerUser)
      throw new RelayError('bad_request', { params: { problem: 'you have twenty passkeys: remove one first' } })
  }

  async #of(userId: string): Promise<StoredRecord<PasskeyRecord>[]> {
    const records = await this.#records.list({ index: { name: 'user', key: userId } })
    return records.sort((a, b) => a.value.createdAt - b.value.createdAt)
  }
}

function listed({ id, value: { name, createdAt, lastUsedAt, host, instead } }: Pick<StoredRecord<PasskeyRecord>, 'id' | 'value'>): Passkey {
  return { id, name, createdAt, ...(lastUsedAt === undefined ? {} : { lastUsedAt }), host, ...(instead === undefined ? {} : { instead }) }
}

function recordId(credentialId: string): string {
  return createHash('sha256').update(credentialId).digest('base64url')
}

/** What the authenticator keeps of the person: his id, no name (WebAuthn section 14.6.1). */
function handleOf(userId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(userId))
}

/**
 * The relay asks for no attestation and takes none but an empty one or one by the passkey itself: those by certificates would be followed to addresses
 * that they name, and nothing but `outbound` opens connections.
 */
function checkUnattested({ response: { attestationObject } }: RegistrationResponseJSON): void {
  const decoded = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject))
  const format = decoded.get('fmt')
  if (format !== 'none' && (format !== 'packed' || decoded.get('attStmt').get('x5c') !== undefined)) throw new Error('an attestation that was not asked for')
}

/** What is wrong with an answer is told to nobody: it was made by a browser, or by somebody who should not learn. Trouble of the relay's own is. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isRelayError(error) && error.code !== 'store_conflict') throw error
    throw new RelayError('passkey_refused', { cause: error })
  }
}
