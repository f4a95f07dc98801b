import { RelayError } from '../../../errors.ts'
import type { Principal } from '../../../identity/index.ts'
import type { Rooms } from '../../rooms.ts'
import { route } from '../route.ts'

/** What happens to your accounts, as it happens. */
export const eventRoutes = [
  route({
    method: 'GET',
    path: '/events',
    summary: 'Session events of your accounts, and at the portal your notices, as server-sent events; ends when you sign out',
    access: 'known',
    answer: {
      type: 'text/event-stream',
      description: 'An event for each session event, and `notice` for each notice; comments in between keep the connection.',
    },
    handle: ({ rooms, principal }) => {
      const stream = rooms.streams.open(principal, () => isStillKnown(rooms, principal))
      if (stream === undefined) throw new RelayError('too_many_tries', { params: { seconds: 30 } })
      return stream
    },
  }),
]

/** An open window is no use of a portal session: looking does not keep it from ending by itself. */
async function isStillKnown({ identity }: Rooms, principal: Principal): Promise<boolean> {
  switch (principal.kind) {
    case 'portal':
      return identity.isPortalSessionLive(principal.session.id)
    case 'device':
      return (await identity.listDevices(principal.user.id)).some(({ id, unwritten }) => id === principal.device.id && unwritten !== true)
    case 'local':
      return true
  }
}
