import { z } from 'zod'
import { isOperator, ownerOf } from '../../access.ts'
import { route } from '../route.ts'

const principalView = z
  .object({
    kind: z.enum(['portal', 'device', 'local']),
    user: z.object({ id: z.string(), name: z.string(), role: z.enum(['admin', 'auditor', 'member']) }).optional(),
    device: z.object({ id: z.string(), name: z.string() }).optional(),
    csrf: z.string().optional().meta({ description: 'With the portal cookie: what the header x-csrf-token must carry to change something.' }),
  })
  .meta({ examples: [{ kind: 'device', user: { id: 'u1', name: 'ann', role: 'member' }, device: { id: 'd1', name: 'laptop' } }] })

const statusView = z
  .object({
    version: z.string(),
    portal: z.string(),
    proxy: z.string(),
    data: z.string().optional().meta({ description: 'The data directory; told to who runs the relay.' }),
    counts: z.object({ devices: z.int(), sites: z.int(), accounts: z.int(), sessions: z.int(), challenges: z.int() }),
  })
  .meta({
    examples: [
      {
        version: '0.1.0',
        portal: 'http://127.0.0.1:8470',
        proxy: '127.0.0.1:8471',
        counts: { devices: 1, sites: 2, accounts: 2, sessions: 1, challenges: 0 },
      },
    ],
  })

/** The relay itself: is it there, what is it, who am I to it. */
export const relayRoutes = [
  route({
    method: 'GET',
    path: '/health',
    summary: 'Is the relay there?',
    access: 'anyone',
    answer: z.object({ status: z.literal('ok') }).meta({ examples: [{ status: 'ok' }] }),
    handle: () => ({ status: 'ok' as const }),
  }),
  route({
    method: 'GET',
    path: '/status',
    summary: 'Version, addresses, and counts of what is yours',
    access: 'known',
    answer: statusView,
    handle: async ({ rooms, principal }) => {
      const owner = ownerOf(principal)
      return {
        version: rooms.version,
        portal: rooms.url(),
        proxy: rooms.proxyAddress(),
        ...(isOperator(principal) ? { data: rooms.folder } : {}),
        counts: {
          devices: (await rooms.identity.listDevices(owner)).length,
          sites: (await rooms.accounts.listSites()).length,
          accounts: rooms.accounts.listAccounts(owner === undefined ? {} : { owner }).length,
          sessions: rooms.sessions.listLive(owner).length,
          challenges: rooms.sessions.challenges(owner).length,
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/me',
    summary: 'Who you are to the relay',
    access: 'known',
    answer: principalView,
    handle: ({ principal }) => {
      switch (principal.kind) {
        case 'portal':
          return { kind: principal.kind, user: principal.user, csrf: principal.session.csrf }
        case 'device':
          return { kind: principal.kind, user: principal.user, device: principal.device }
        case 'local':
          return { kind: principal.kind }
      }
    },
  }),
  route({
    method: 'GET',
    path: '/adapters',
    summary: 'The adapters of this relay: how it can sign in at sites',
    access: 'known',
    answer: z
      .array(
        z.object({ name: z.string(), description: z.string(), from: z.string().meta({ description: '`built in`, or the file or package it comes from.' }) }),
      )
      .meta({ examples: [[{ name: 'form', description: 'An HTML form', from: 'built in' }]] }),
    handle: ({ rooms }) => rooms.login.adapters.map(({ name, description, from }) => ({ name, description, from })),
  }),
  route({
    method: 'GET',
    path: '/ca.pem',
    summary: "The relay's CA certificate, for terminals to trust",
    access: 'anyone',
    answer: { type: 'application/x-x509-ca-cert', description: 'One PEM certificate.' },
    handle: ({ rooms, reply }) => {
      reply.header('content-disposition', 'attachment; filename="login-relay-ca.pem"')
      return rooms.caPem()
    },
  }),
  route({
    method: 'POST',
    path: '/vault/rotate-key',
    summary: 'Make a new master key and wrap every data key anew',
    access: 'operator',
    fresh: true,
    body: z
      .strictObject({})
      .nullish()
      .meta({ examples: [{}] }),
    answer: z.object({ keyId: z.string(), rewrapped: z.int() }).meta({ examples: [{ keyId: 'k2', rewrapped: 3 }] }),
    handle: ({ rooms }) => rooms.vault.rotateKey(),
  }),
]
