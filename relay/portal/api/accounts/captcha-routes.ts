import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { idParams } from '../fields.ts'
import { route } from '../route.ts'

const count = z.int().min(0)

const tally = z.object({
  reads: count.meta({ description: 'Answers the relay read itself.' }),
  right: count.meta({ description: 'Of those, how many the site accepted.' }),
  asked: count.meta({ description: 'Answers a person gave.' }),
  askedRight: count.meta({ description: 'Of those, how many the site accepted.' }),
})

const answer = z.object({
  site: z.string(),
  answers: tally,
  byKind: z.object({ text: tally.optional(), arithmetic: tally.optional(), chinese: tally.optional() }),
  known: z
    .object({
      kind: z.string().optional(),
      length: z.union([count, z.tuple([count, count])]).optional(),
      alphabet: z.string().optional(),
      caseSensitive: z.boolean().optional(),
    })
    .meta({ description: 'What is taken for known of the next image.' }),
  glyphs: z
    .object({
      images: count.meta({ description: 'Confirmed images whose characters were learned.' }),
      count: count.meta({ description: 'Characters remembered.' }),
      way: z.string().optional().meta({ description: 'How images are cut into characters; none: the glyph memory does not vote.' }),
      rate: z.number().optional().meta({ description: 'How many of the latest images it would have read by itself, 0 to 1.' }),
    })
    .meta({ description: "The memory of the site's single characters." }),
})

const example = {
  site: 'erp',
  answers: { reads: 40, right: 37, asked: 2, askedRight: 2 },
  byKind: { text: { reads: 40, right: 37, asked: 2, askedRight: 2 } },
  known: { kind: 'text', length: 4, alphabet: '0123456789' },
  glyphs: { images: 39, count: 88, way: 'patches', rate: 0.95 },
}

/** How the captchas of a site have been read. Figures alone: no image is kept, and there is no way to have others read (law 8). */
export const captchaRoutes = [
  route({
    method: 'GET',
    path: '/sites/:id/captchas',
    summary: 'How the captchas of a site have been read',
    access: 'known',
    params: idParams,
    answer: answer.meta({ examples: [example] }),
    handle: async ({ rooms, params }) => {
      const site = rooms.accounts.site(params.id)
      if (site === undefined) throw new RelayError('site_unknown', { params: { site: params.id } })
      return { site: site.id, ...(await rooms.login.captchaStats(site)) }
    },
  }),
]
