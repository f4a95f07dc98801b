import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { RelayError } from '../../errors.ts'

/** What stands in a recorded site for the credentials it was recorded with, and what an adapter signs in with there. */
export const fixtureUsername = 'fixture-user'
export const fixturePassword = 'fixture-password'

const exchange = z.strictObject({
  method: z.string().regex(/^[A-Z]{1,10}$/),
  url: z.url({ protocol: /^https?$/ }),
  /** What was sent, by field, where it was a form. An exchange with fields answers requests with the same. */
  fields: z.record(z.string(), z.string()).optional(),
  status: z.int().min(200).max(599),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  /** The body is base64: an image. */
  base64: z.literal(true).optional(),
})

const fixture = z.strictObject({
  /** The login address. */
  url: z.url({ protocol: /^https?$/ }),
  settings: z.record(z.string(), z.unknown()).default({}),
  exchanges: z.array(exchange).min(1).max(500),
})

/** A sign-in as it was recorded: what a site answered to what. It holds no secret. */
export type Fixture = z.output<typeof fixture>

export async function readFixture(file: string): Promise<Fixture> {
  let given: unknown
  try {
    given = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new RelayError('usage', {
      params: { problem: `The recorded site ${file} cannot be read: give one with --fixture, or a live site with --url.`, verb: 'adapter test' },
      cause,
    })
  }
  const parsed = fixture.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RelayError('usage', { params: { problem: `The recorded site ${file}: ${issue?.path.join('.')}: ${issue?.message}.`, verb: 'adapter test' } })
}
