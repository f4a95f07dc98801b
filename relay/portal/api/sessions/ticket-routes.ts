import { z } from 'zod'
import { claimTicket, isTicket } from '../../accounts/claim-ticket.ts'
import { route } from '../route.ts'

export const handedCookie = z.object({
  name: z.string(),
  value: z.string(),
  domain: z.string(),
  hostOnly: z.boolean(),
  path: z.string(),
  secure: z.boolean(),
  httpOnly: z.boolean(),
  sameSite: z.enum(['Strict', 'Lax', 'None']).optional(),
  expires: z.number().optional().meta({ description: 'Seconds since 1970; absent: until the browser closes.' }),
})

/** Handoff links, for tools. */
export const ticketRoutes = [
  route({
    method: 'POST',
    path: '/tickets/claim',
    summary: 'Redeem the ticket of a handoff link for the session it stands for; it works once',
    access: 'known',
    paired: true,
    body: z.strictObject({ ticket: z.string().refine(isTicket, 'must be the last part of a handoff link') }).meta({
      examples: [{ ticket: 'b0QmXnQ2c0h5aG1zZGtmamhza2RqZmhzaw' }],
    }),
    answer: z
      .object({
        account: z.string(),
        site: z.string(),
        landingUrl: z.string(),
        cookies: z.array(handedCookie),
        headers: z.array(z.object({ name: z.string(), value: z.string() })),
      })
      .meta({
        examples: [
          {
            account: 'erp',
            site: 'erp',
            landingUrl: 'https://erp.example.com/home',
            cookies: [{ name: 'sid', value: 'opaque', domain: 'erp.example.com', hostOnly: true, path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }],
            headers: [],
          },
        ],
      }),
    handle: ({ rooms, principal, body }) => claimTicket(rooms, principal, body.ticket),
  }),
]
