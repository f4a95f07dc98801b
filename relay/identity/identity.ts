import { isRelayError, RelayError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { Device, Identity, PasskeyAnswer, Principal, User } from './contract.ts'
import { Devices } from './devices/devices.ts'
import { PasskeyRemovals } from './passkeys/passkey-removals.ts'
import type { Passkey, Passkeys } from './passkeys/passkeys.ts'
import { PasswordHasher } from './passwords/password-hash.ts'
import { Turns } from './passwords/turns.ts'
import { Users } from './people/users.ts'
import { PortalSessions } from './portal-sessions.ts'
import { type HalfSignIn, HalfSignIns } from './second-factors/half-sign-ins.ts'
import type { SecondFactors } from './second-factors/second-factors.ts'
import { SignInThrottle } from './throttle/sign-in-throttle.ts'

export interface IdentityOptions {
  readonly store: Store
  /** Undefined: nobody has one. */
  readonly secondFactors?: Pick<SecondFactors, 'of' | 'spend' | 'confirm'>
  /** Undefined: nobody has one. */
  readonly passkeys?: Pick<Passkeys, 'prove' | 'list' | 'remove'>
  /** Default: allowed. */
  readonly passwordAlone?: 'allowed' | 'refused'
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
}

/** Two hashes at once take 256 MiB; thirty more in line wait some seconds. */
const hashesAtOnce = 2
const hashesInLine = 30

export function createIdentity({ store, secondFactors, passkeys, passwordAlone = 'allowed', now = Date.now }: IdentityOptions): Identity {
  const users = new Users(store, new PasswordHasher(new Turns(hashesAtOnce, hashesInLine)), now)
  const sessions = new PortalSessions(store, now)
  const devices = new Devices(store, now)
  const halves = new HalfSignIns(now)
  const throttle = new SignInThrottle(now)

  const principalOf = (device: Device | undefined): Extract<Principal, { kind: 'device' }> | undefined => {
    const user = device && users.byId(device.userId)
    return device && user && { kind: 'device', user, device }
  }

  /** `unauthenticated`: he was disabled meanwhile, or has another password. */
  const beginSession = async (user: User, from: { address: string; agent: string }) => {
    const begun = await sessions.begin(user.id, from)
    if (users.isPresent(user)) return { ...begun, user }
    await sessions.end(begun.session.id)
    throw new RelayError('unauthenticated')
  }

  const findHalf = (token: string): HalfSignIn | undefined => {
    const half = halves.find(token)
    return half !== undefined && users.isPresent(half.user) ? half : undefined
  }

  /** What this person owes besides his password. `password_alone_refused`: he has a passkey, and no app. */
  const owedBy = async (user: User): Promise<'code' | 'set-up' | undefined> => {
    if ((await secondFactors?.of(user.id)) !== undefined) return 'code'
    if (passwordAlone === 'allowed') return undefined
    if ((await livePasskeys(user.id)).length > 0) throw new RelayError('password_alone_refused')
    return 'set-up'
  }

  /**
   * From the moment that another took their place, the ones before count for nothing, though their records may be there still; and that one for
   * nothing before: one record of the person says both.
   */
  const livePasskeys = async (userId: string) => ((await passkeys?.list(userId)) ?? []).filter((passkey) => counts(userId, passkey))
  const counts = (userId: string, { id, instead }: Pick<Passkey, 'id' | 'instead'>) => {
    const reset = users.passkeyResetOf(userId)
    return instead === true ? reset?.to === id : reset?.from.includes(id) !== true
  }

  /** Where a crash, or a failing disk, left them. */
  const sweepPasskeys = async (userId: string): Promise<void> => {
    for (const passkey of (await passkeys?.list(userId)) ?? []) if (!counts(userId, passkey)) await passkeys?.remove(userId, passkey.id)
  }

  const removals = passkeys && new PasskeyRemovals({ list: livePasskeys, remove: (userId, id) => passkeys.remove(userId, id) })

  /** A pairing is a sign-in: whoever has the old password may be behind it. */
  const endPairings = async (userId: string): Promise<void> => {
    for (const { id, paired } of devices.list(userId)) if (paired !== undefined) await devices.revoke(id)
  }

  const provePasskey = async (answer: PasskeyAnswer, address: string): Promise<string> => {
    if (passkeys === undefined) throw new RelayError('passkey_refused')
    // There is nothing to guess; it keeps a flood of tries from the log of what was done.
    const attempt = throttle.beginUnnamed(address)
    const { userId, id } = await passkeys.prove(answer)
    attempt.passed()
    if (!(await livePasskeys(userId)).some((one) => one.id === id)) throw new RelayError('passkey_refused')
    return userId
  }

  return {
    async start() {
      await users.load()
      await sessions.load()
      await devices.load()
      for (const { id } of users.list()) await sweepPasskeys(id)
    },
    async stop() {
      await sessions.settle()
      await devices.settle()
    },

    addUser: (user) => users.add(user),
    listUsers: async () => users.list(),
    disableUser: (id) => users.disable(id),
    enableUser: (id) => users.enable(id),
    isDisabled: (id) => users.find(id)?.disabledAt !== undefined,
    admittedAt: (id) => users.find(id)?.admittedAt,
    onAdmission: (listener) => users.onAdmission(listener),
    findUser: async (idOrName) => users.find(idOrName),
    hasPassword: (id) => users.hasPassword(id),
    cameBy: (id, link) => users.cameBy(id, link),

    async signIn({ name, password, address, agent }) {
      const attempt = throttle.begin(name, address)
      const user = await users.authenticate(name, password).catch((error) => {
        attempt.withdrawn()
        throw error
      })
      if (user === undefined) throw new RelayError('unauthenticated')
      const owes = await owedBy(user).catch((error) => {
        attempt.withdrawn()
        throw error
      })
      if (owes !== undefined) {
        // Not passed: whoever knows the password would clear the way to guess codes.
        attempt.withdrawn()
        return { half: halves.begin({ user, owes }) }
      }
      attempt.passed()
      return beginSession(user, { address, agent })
    },
    halfSignIn: findHalf,
    async finishSignIn({ half, code, address, agent }) {
      const { user, owes } = findHalf(half) ?? {}
      if (user === undefined || owes !== 'code' || secondFactors === undefined) throw new RelayError('unauthenticated')
      const attempt = throttle.begin(user.name, address)
      const by = await secondFactors.spend(user.id, code).catch((error) => {
        attempt.withdrawn()
        throw error
      })
      if (by === false || !halves.end(half)) throw new RelayError('unauthenticated')
      attempt.passed()
      return { ...(await beginSession(user, { address, agent })), by }
    },
    async signInWithNewApp({ half, code, address, agent }) {
      const { user, owes } = findHalf(half) ?? {}
      if (user === undefined || owes !== 'set-up' || secondFactors === undefined) throw new RelayError('unauthenticated')
      // He may have got one meanwhile, elsewhere: a password alone must not put another in its place.
      if ((await owedBy(user)) !== 'set-up') throw new RelayError('unauthenticated')
      const recoveryCodes = await secondFactors.confirm(user.id, half, code, { first: true })
      halves.end(half)
      return { ...(await beginSession(user, { address, agent })), recoveryCodes }
    },
    async signInByPasskey({ address, agent, ...answer }) {
      const user = users.byId(await provePasskey(answer, address))
      if (user === undefined) throw new RelayError('passkey_refused')
      return beginSession(user, { address, agent })
    },
    async verifyByPasskey({ principal: { user, session }, address, ...answer }) {
      if ((await provePasskey(answer, address)) !== user.id) throw new RelayError('passkey_refused')
      return sessions.renew(session.id)
    },
    async verifyAgain({ principal: { user, session }, password, code, address }) {
      const attempt = throttle.begin(user.name, address)
      const isProved = async () => {
        if ((await users.authenticate(user.name, password)) === undefined) return false
        if ((await secondFactors?.of(user.id)) === undefined) return passwordAlone === 'allowed'
        return (await secondFactors?.spend(user.id, code)) !== false
      }
      const proved = await isProved().catch((error) => {
        attempt.withdrawn()
        throw error
      })
      if (!proved) throw new RelayError('unauthenticated')
      attempt.passed()
      return sessions.renew(session.id)
    },
    async resetPassword(userId, password, link) {
      const user = await users.setPassword(userId, password, link)
      throttle.forgive(user.name)
      await sessions.endOthers(userId)
      await endPairings(userId)
      return user
    },
    async resetToPasskey(userId, to, link) {
      const before = (await passkeys?.list(userId)) ?? []
      const user = await users.resetToPasskey(userId, { to, from: before.map(({ id }) => id).filter((id) => id !== to) }, link)
      // Nothing that was opened by the password or those passkeys is left, and nothing can be opened by them: what was under way ends with `beginSession`.
      await sessions.endOthers(userId)
      await endPairings(userId)
      await sweepPasskeys(userId)
      return user
    },
    wasResetTo: (userId, passkey) => users.passkeyResetOf(userId)?.to === passkey,
    async takesPassword(userId) {
      if (passwordAlone === 'allowed' || (await secondFactors?.of(userId)) !== undefined) return true
      return (await livePasskeys(userId)).length === 0
    },
    async addPassword({ principal: { user }, newPassword }) {
      await users.addPassword(user.id, newPassword)
    },
    async removePasskey(userId, id, host) {
      return (await removals?.remove(() => ({ userId, id, host, hasPassword: users.hasPassword(userId) }))) ?? false
    },
    async changePassword({ principal: { user, session }, password, newPassword, address }) {
      const attempt = throttle.begin(user.name, address)
      try {
        if ((await users.authenticate(user.name, password)) === undefined) throw new RelayError('unauthenticated')
        await users.setPassword(user.id, newPassword)
      } catch (error) {
        if (!isRelayError(error, 'unauthenticated')) attempt.withdrawn()
        throw error
      }
      attempt.passed()
      // Whoever has the old one may be signed in with it.
      await sessions.endOthers(user.id, session.id)
      await endPairings(user.id)
      return sessions.renew(session.id)
    },
    async portalPrincipal(token) {
      const session = sessions.use(token)
      const user = session && users.byId(session.userId)
      return session && user && { kind: 'portal', user, session }
    },
    listPortalSessions: (userId) => sessions.list(userId),
    endPortalSession: (id) => sessions.end(id),
    portalSessionOwner: (id) => sessions.ownerOf(id),
    usePortalSession(id) {
      const userId = sessions.useById(id)
      return userId === undefined ? undefined : users.byId(userId)
    },
    isPortalSessionLive: (id) => sessions.isLive(id),
    onPortalSessionEnded: (listener) => sessions.onEnded(listener),

    async addDevice(userId, name) {
      if (users.byId(userId) === undefined) throw new RelayError('not_found', { params: { what: 'such user' } })
      return devices.add(userId, name)
    },
    async addPairedTerminal(userId, name, given) {
      if (users.byId(userId) === undefined) throw new RelayError('not_found', { params: { what: 'such user' } })
      return devices.addPaired(userId, name, given)
    },
    noteHandedOver: (deviceId, accountId) => devices.noteHandedOver(deviceId, accountId),
    listDevices: async (userId) => devices.list(userId),
    revokeDevice: (deviceId) => devices.revoke(deviceId),
    devicePrincipal: (token, name) => principalOf(devices.use(token, name)),
    certifiedPrincipal: (deviceId) => principalOf(devices.useById(deviceId)),
    onDeviceRevoked: (listener) => devices.onRevoked(listener),
  }
}
