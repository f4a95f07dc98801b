import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { pollInterval } from '../../../identity/index.ts'
import { cameFrom } from '../../caller/came-from.ts'
import type { Rooms } from '../../rooms.ts'
import { accountName, emptyBody, time } from '../fields.ts'
import { route } from '../route.ts'

const pairingAnswer = z.object({
  device_code: z.string().meta({ description: "The terminal's secret." }),
  user_code: z.string().meta({ description: 'What the terminal shows.' }),
  verification_uri: z.string().meta({ description: 'Where the person types it.' }),
  verification_uri_complete: z.string().meta({ description: 'The same with the code, for a QR code.' }),
  expires_in: z.int().meta({ description: 'Seconds.' }),
  interval: z.int().meta({ description: 'Seconds between one question and the next.' }),
})

const tokenAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().meta({ description: 'Seconds.' }),
  device: z.object({ id: z.string(), name: z.string(), expiresAt: time }),
  accounts: z.array(accountName),
})

/** Pairing a terminal program with a phone: the device authorization grant (RFC 8628), in JSON. */
export const pairingRoutes = [
  route({
    method: 'POST',
    path: '/pairings',
    summary: 'Ask to be paired: a code for a person to confirm at the portal, on a phone (RFC 8628)',
    access: 'anyone',
    body: emptyBody,
    answer: pairingAnswer.meta({
      examples: [
        {
          device_code: 'b64url',
          user_code: 'WDJB-MJHT',
          verification_uri: 'https://relay.example.com/pair',
          verification_uri_complete: 'https://relay.example.com/pair/confirm?code=WDJB-MJHT',
          expires_in: 600,
          interval: 5,
        },
      ],
    }),
    handle: ({ rooms, request }) => {
      const { deviceCode, asked } = rooms.pairings.begin(cameFrom(request))
      return {
        device_code: deviceCode,
        user_code: asked.userCode,
        verification_uri: `${rooms.url()}/pair`,
        verification_uri_complete: `${rooms.url()}/pair/confirm?code=${asked.userCode}`,
        expires_in: Math.round((asked.expiresAt - asked.askedAt) / 1000),
        interval: pollInterval,
      }
    },
  }),
  route({
    method: 'POST',
    path: '/pairings/token',
    summary: 'Has somebody confirmed? The token, this once; `authorization_pending`, `slow_down`, `access_denied` or `expired_token` until then',
    access: 'anyone',
    body: z.strictObject({ device_code: z.string().max(100) }).meta({ examples: [{ device_code: 'b64url' }] }),
    answer: tokenAnswer.meta({
      examples: [
        {
          access_token: 'lr_b64url',
          token_type: 'Bearer' as const,
          expires_in: 3600,
          device: { id: '7f31', name: 'terminal-192.0.2.7-curl-a1b2c3', expiresAt: 1_760_000_000_000 },
          accounts: [{ id: '5d2e', name: 'erp', site: 'erp' }],
        },
      ],
    }),
    handle: ({ rooms, body }) => tokenOf(rooms, body.device_code),
  }),
]

function tokenOf({ pairings, accounts, now }: Rooms, deviceCode: string): z.input<typeof tokenAnswer> {
  const state = pairings.poll(deviceCode)
  switch (state.state) {
    case 'waiting':
      throw new RelayError('authorization_pending')
    case 'refused':
      throw new RelayError('access_denied')
    case 'over':
      throw new RelayError('expired_token')
    case 'approved': {
      const { id, name, paired } = state.device
      const expiresAt = paired?.expiresAt ?? 0
      const picked = (paired?.accounts ?? []).map((one) => accounts.account(one)).filter((account) => account !== undefined)
      return {
        access_token: state.token,
        token_type: 'Bearer',
        expires_in: Math.max(0, Math.floor((expiresAt - now()) / 1000)),
        device: { id, name, expiresAt },
        accounts: picked.map((account) => ({ id: account.id, name: account.name, site: account.siteId })),
      }
    }
  }
}
