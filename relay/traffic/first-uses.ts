import type { Actor, Audit } from '../audit/index.ts'
import type { SiteSession } from '../sessions/index.ts'
import { fieldOf } from './forms/field-of.ts'
import type { Sender } from './sender.ts'
import type { SiteRequest } from './site-request.ts'

/** The first use of a session by a device is recorded before the request goes to the site; those after it are not, and do not wait. */
export class FirstUses {
  readonly #audit: Audit
  /** By session and device: true once it is recorded. */
  readonly #uses = new WeakMap<SiteSession, Map<string, Promise<void> | true>>()

  constructor(audit: Audit) {
    this.#audit = audit
  }

  /** Undefined: it is recorded. Otherwise resolves when it is; `audit_unwritable`. */
  note(session: SiteSession, request: SiteRequest): Promise<void> | undefined {
    const { deviceId } = request.sender
    let devices = this.#uses.get(session)
    if (devices === undefined) {
      devices = new Map()
      this.#uses.set(session, devices)
    }
    const use = devices.get(deviceId) ?? this.#record(session, request, devices)
    return use === true ? undefined : use
  }

  #record(session: SiteSession, request: SiteRequest, devices: Map<string, Promise<void> | true>): Promise<void> {
    const { deviceId } = request.sender
    const { id: account, owner, siteId: site } = session.account
    const use = this.#audit.record({ act: 'account.use', outcome: 'intent', ...actorOf(request), account, owner, site, details: { session: session.id } }).then(
      () => void devices.set(deviceId, true),
      (error) => {
        devices.delete(deviceId)
        throw error
      },
    )
    devices.set(deviceId, use)
    return use
  }
}

/** A request by which a device acts. */
export interface Acting extends Pick<SiteRequest, 'req' | 'head'> {
  readonly sender: Pick<Sender, 'userId' | 'userName' | 'deviceId' | 'deviceName'>
}

/** Who sent a request, and from where. */
export function actorOf({ req, head, sender }: Acting): Actor {
  const { userId, userName, deviceId, deviceName } = sender
  const address = addressOf(req)
  return {
    who: {
      kind: 'device',
      user: userId,
      device: deviceId,
      ...(userName === undefined ? {} : { name: userName }),
      ...(deviceName === undefined ? {} : { deviceName }),
    },
    from: { ...(address === undefined ? {} : { address }), agent: fieldOf(head.fields, 'user-agent') },
  }
}

function addressOf({ socket }: SiteRequest['req']): string | undefined {
  try {
    return socket?.remoteAddress
  } catch {
    // A stream of HTTP/2 whose connection is gone says nothing of it.
    return undefined
  }
}
