import { RelayError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { Device, Identity, Principal } from './contract.ts'
import { Devices } from './devices.ts'
import { PasswordHasher } from './password-hash.ts'
import { PortalSessions } from './portal-sessions.ts'
import { SignInThrottle } from './sign-in-throttle.ts'
import { Turns } from './turns.ts'
import { Users } from './users.ts'

export interface IdentityOptions {
  readonly store: Store
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
}

/** Two hashes at once take 256 MiB; thirty more in line wait some seconds. */
const hashesAtOnce = 2
const hashesInLine = 30

export function createIdentity({ store, now = Date.now }: IdentityOptions): Identity {
  const users = new Users(store, new PasswordHasher(new Turns(hashesAtOnce, hashesInLine)), now)
  const sessions = new PortalSessions(store, now)
  const devices = new Devices(store, now)
  const throttle = new SignInThrottle(now)

  const principalOf = (device: Device | undefined): Extract<Principal, { kind: 'device' }> | undefined => {
    const user = device && users.byId(device.userId)
    return device && user && { kind: 'device', user, device }
  }

  return {
    async start() {
      await users.load()
      await sessions.load()
      await devices.load()
    },
    async stop() {
      await sessions.settle()
      await devices.settle()
    },

    addUser: (user) => users.add(user),
    listUsers: async () => users.list(),
    findUser: async (idOrName) => users.find(idOrName),

    async signIn({ name, password, address, agent }) {
      const attempt = throttle.begin(name, address)
      const user = await users.authenticate(name, password).catch((error) => {
        attempt.withdrawn()
        throw error
      })
      if (user === undefined) throw new RelayError('unauthenticated')
      attempt.passed()
      return { ...(await sessions.begin(user.id, { address, agent })), user }
    },
    async portalPrincipal(token) {
      const session = sessions.use(token)
      const user = session && users.byId(session.userId)
      return session && user && { kind: 'portal', user, session }
    },
    listPortalSessions: (userId) => sessions.list(userId),
    endPortalSession: (id) => sessions.end(id),
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
    listDevices: async (userId) => devices.list(userId),
    revokeDevice: (deviceId) => devices.revoke(deviceId),
    devicePrincipal: (token, name) => principalOf(devices.use(token, name)),
    certifiedPrincipal: (deviceId) => principalOf(devices.useById(deviceId)),
    onDeviceRevoked: (listener) => devices.onRevoked(listener),
  }
}
