import { z } from 'zod'
import { checkActsFor, checkDevice, listedOwner, loadDevice } from '../../access.ts'
import { ownerNames } from '../../lending/owner-names.ts'
import { deviceView } from '../../views.ts'
import { idParams, listQuery, name, time } from '../fields.ts'
import { route } from '../route.ts'

const deviceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string(),
  createdAt: time,
  lastSeenAt: time.optional(),
  certificateUntil: time.optional(),
  paired: z
    .object({ accounts: z.array(z.string()), expiresAt: time, address: z.string(), agent: z.string() })
    .optional()
    .meta({ description: 'It is a paired terminal: the ids of the accounts it may open, until when, and where it is.' }),
  unwritten: z
    .literal(true)
    .optional()
    .meta({ description: 'It was revoked and is void, but that could not be written: revoke it once more, or a restart lets it in again.' }),
})
const example = { id: '7f31', name: 'laptop', user: 'ann', createdAt: 1_760_000_000_000 }

/** Terminals, scripts and agents that may use the proxy. */
export const deviceRoutes = [
  route({
    method: 'GET',
    path: '/devices',
    summary: 'List your devices',
    access: 'known',
    query: listQuery,
    answer: z.array(deviceAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms, principal, query }) => {
      const owners = await ownerNames(rooms)
      return (await rooms.identity.listDevices(await listedOwner(rooms, principal, query.user))).map((device) =>
        deviceView(device, owners(device.userId), rooms.deviceCertificates.expiryOf(device.id)),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/devices',
    summary: 'Enrol a device; its token is told once',
    access: 'person',
    fresh: true,
    body: z
      .strictObject({ name, user: name.optional().meta({ description: 'Whose device it is: for the local administrator.' }) })
      .meta({ examples: [{ name: 'laptop' }] }),
    status: 201,
    answer: z.object({ device: deviceAnswer, token: z.string() }).meta({ examples: [{ device: example, token: 'lr_b64url' }] }),
    handle: async ({ rooms, principal, body }) => {
      const user = await checkActsFor(rooms, principal, body.user)
      checkDevice(principal, 'add', user.id, 'such user')
      const { device, token } = await rooms.identity.addDevice(user.id, body.name)
      return { device: deviceView(device, user.name), token }
    },
  }),
  route({
    method: 'DELETE',
    path: '/devices/:id',
    summary: 'Revoke a device: its token and certificates stop working at once',
    access: 'known',
    paired: true,
    params: idParams,
    handle: async ({ rooms, principal, params }) => {
      const { id } = await loadDevice(rooms, principal, 'revoke', params.id)
      await rooms.identity.revokeDevice(id)
    },
  }),
]
