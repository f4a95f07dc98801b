import type { Actor } from '../../audit/index.ts'
import type { Sender } from '../sender.ts'
import type { SiteRequest } from '../site-request.ts'
import { fieldOf } from './field-of.ts'

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

/** Of the client's connection. Undefined: not known. */
export function addressOf({ socket }: SiteRequest['req']): string | undefined {
  try {
    return socket?.remoteAddress
  } catch {
    // A stream of HTTP/2 whose connection is gone says nothing of it.
    return undefined
  }
}
