import { z } from 'zod'
import { decide } from '../../../control/index.ts'
import { RelayError } from '../../../errors.ts'
import type { Principal } from '../../../identity/index.ts'
import type { PendingChallenge } from '../../../sessions/index.ts'
import { ownerOf } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { challengeView } from '../../views.ts'
import { imageType } from '../../web/image-type.ts'
import { accountName, emptyBody, idParams, time } from '../fields.ts'
import { route } from '../route.ts'

const challengeAnswer = z.object({
  id: z.string(),
  account: accountName,
  kind: z.enum(['captcha', 'code', 'question']),
  question: z.string(),
  expiresAt: time,
  behind: z.int().meta({ description: 'Questions of the same account that come after it.' }),
  digits: z.boolean().meta({ description: 'The answer holds digits only.' }),
  canReload: z.boolean().meta({ description: 'The site can draw another image.' }),
})

/** What a sign-in asks of a person. Images come from sites during a sign-in; there is no way to have others read (law 8). */
export const challengeRoutes = [
  route({
    method: 'GET',
    path: '/challenges',
    summary: 'Questions that wait for you',
    access: 'known',
    answer: z.array(challengeAnswer).meta({
      examples: [
        [
          {
            id: 'c1',
            account: { id: '5d2e', name: 'erp', site: 'erp' },
            kind: 'captcha',
            question: 'What does the image say?',
            expiresAt: 1_760_000_000_000,
            behind: 0,
            digits: false,
            canReload: true,
          },
        ],
      ],
    }),
    handle: ({ rooms, principal }) => rooms.sessions.challenges(ownerOf(principal)).map(challengeView),
  }),
  route({
    method: 'GET',
    path: '/challenges/:id/image',
    summary: 'The image of a captcha',
    access: 'known',
    params: idParams,
    answer: { type: 'image/*', description: 'The image as the site sent it.' },
    handle: ({ rooms, principal, params, reply }) => {
      const { challenge } = knownChallenge(rooms, principal, params.id)
      if (challenge.kind !== 'captcha') throw new RelayError('not_found', { params: { what: 'image of this question' } })
      // It is the site's, not ours: opened by itself it may run and load nothing.
      reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      reply.header('content-type', imageType(challenge.image))
      return challenge.image
    },
  }),
  route({
    method: 'POST',
    path: '/challenges/:id',
    summary: 'Answer a question',
    access: 'known',
    params: idParams,
    body: z.strictObject({ answer: z.string().min(1).max(256) }).meta({ examples: [{ answer: 'x7k2' }] }),
    handle: ({ rooms, principal, params, body }) => {
      const { id } = knownChallenge(rooms, principal, params.id)
      if (!rooms.sessions.answer(id, body.answer)) throw unknownQuestion()
    },
  }),
  route({
    method: 'POST',
    path: '/challenges/:id/reload',
    summary: 'Have the site draw another image for a captcha that you cannot read',
    access: 'known',
    params: idParams,
    body: emptyBody,
    handle: async ({ rooms, principal, params }) => {
      const { id } = knownChallenge(rooms, principal, params.id)
      if (!(await rooms.sessions.reloadChallenge(id))) throw unknownQuestion()
    },
  }),
]

export function knownChallenge(rooms: Rooms, principal: Principal, id: string): PendingChallenge {
  const found = findChallenge(rooms, principal, id)
  if (found === undefined) throw unknownQuestion()
  return found
}

/** Undefined: no longer asked, or not of this principal. */
export function findChallenge({ sessions }: Rooms, principal: Principal, id: string): PendingChallenge | undefined {
  const found = sessions.challenges(ownerOf(principal)).find((challenge) => challenge.id === id)
  return found !== undefined && decide(principal, 'keep', found.account).allowed ? found : undefined
}

export function unknownQuestion(): RelayError {
  return new RelayError('not_found', { params: { what: 'such question: it was answered, or nobody answered in time' } })
}
