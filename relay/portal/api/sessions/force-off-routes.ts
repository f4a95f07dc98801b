import { z } from 'zod'
import { loadDevice, loadUserFor } from '../../access.ts'
import { disableUser, endDevice, endUser } from '../../security/force-off.ts'
import { userView } from '../../views.ts'
import { emptyBody, idParams } from '../fields.ts'
import { route } from '../route.ts'

const atSites = {
  siteSessions: z.int().meta({
    description:
      'Of how many accounts something was ended here, and no copy is known to be good at its site still. The sites were asked to sign it out. One that did not answer, or offers no way to, is counted here too where nobody was given a copy.',
  }),
  stillAtSites: z.int().meta({ description: 'Of how many they have ended here alone: copies that were given out are good at the site still.' }),
}
const counts = z.object({ ...atSites, portalSessions: z.int(), devicesCut: z.int() })
const example = { siteSessions: 2, stillAtSites: 0, portalSessions: 1, devicesCut: 3 }

/** Ending much at once. What a person ends for himself, who runs the relay may end for him: it takes no look at his accounts. */
export const forceOffRoutes = [
  route({
    method: 'POST',
    path: '/devices/:id/end',
    summary: 'Cut what a device has under way, end the sessions it used and tell their sites; it stays enrolled',
    access: 'known',
    params: idParams,
    body: emptyBody,
    answer: z.object(atSites).meta({ examples: [{ siteSessions: 1, stillAtSites: 0 }] }),
    handle: async ({ rooms, principal, params }) => endDevice(rooms, await loadDevice(rooms, principal, 'revoke', params.id)),
  }),
  route({
    method: 'POST',
    path: '/users/:id/end',
    summary: 'End everything that is signed in for a person, and tell the sites: for himself, or for who runs the relay',
    access: 'person',
    params: idParams,
    body: emptyBody,
    answer: counts.meta({ examples: [example] }),
    handle: async ({ rooms, principal, params }) => {
      const user = await loadUserFor(rooms, principal, params.id)
      return endUser(rooms, user, principal.kind === 'portal' ? { except: principal.session.id } : {})
    },
  }),
  route({
    method: 'POST',
    path: '/users/:id/disable',
    summary: 'Let a person in nowhere any more, and end everything of his',
    access: 'operator',
    fresh: true,
    params: idParams,
    body: emptyBody,
    answer: counts.meta({ examples: [example] }),
    handle: async ({ rooms, principal, params }) => disableUser(rooms, principal, params.id),
  }),
  route({
    method: 'POST',
    path: '/users/:id/enable',
    summary: 'Let a disabled person in again',
    access: 'operator',
    fresh: true,
    params: idParams,
    body: emptyBody,
    answer: z.object({ id: z.string(), name: z.string() }).meta({ examples: [{ id: '0b9c', name: 'ann' }] }),
    handle: async ({ rooms, principal, params }) => {
      const { id, name } = userView(await loadUserFor(rooms, principal, params.id))
      await rooms.identity.enableUser(id)
      return { id, name }
    },
  }),
]
