import { z } from 'zod'
import { exposition, expositionType } from '../../../metrics/index.ts'
import { route } from '../route.ts'

const live = { connections: z.int(), webSockets: z.int(), underWay: z.int(), requests: z.int(), bytes: z.int() }

const trafficView = z
  .object({
    at: z.int().meta({ description: 'Of this look, milliseconds since 1970.' }),
    since: z.int().meta({ description: 'When the relay started; `requests` and `bytes` count from there.' }),
    ...live,
    tunnels: z.object({ intercepted: z.int(), unread: z.int() }),
    sessions: z.int(),
    challenges: z.int(),
    devices: z.array(z.object({ id: z.string(), name: z.string(), user: z.string(), ...live })),
  })
  .meta({
    examples: [
      {
        at: 1_790_000_060_000,
        since: 1_790_000_000_000,
        connections: 2,
        webSockets: 0,
        underWay: 1,
        requests: 40,
        bytes: 90_000,
        tunnels: { intercepted: 1, unread: 0 },
        sessions: 1,
        challenges: 0,
        devices: [{ id: 'd1', name: 'laptop', user: 'ann', connections: 2, webSockets: 0, underWay: 1, requests: 40, bytes: 90_000 }],
      },
    ],
  })

/** What the relay is doing, for who runs it. */
export const trafficRoutes = [
  route({
    method: 'GET',
    path: '/traffic',
    summary: 'What goes through the proxy now, and what has since it started',
    access: 'operator',
    answer: trafficView,
    handle: ({ rooms }) => ({ ...rooms.traffic(), sessions: rooms.sessions.listLive().length, challenges: rooms.sessions.challenges().length }),
  }),
  route({
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    access: 'operator',
    answer: { type: expositionType, description: 'The text format of Prometheus, version 0.0.4.' },
    handle: ({ rooms }) => exposition(rooms.metrics()),
  }),
]
