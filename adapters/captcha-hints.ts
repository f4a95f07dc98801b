import { z } from 'zod'

/** What a site's settings may say of its captcha (`CaptchaHints`). */
export const captchaHints = {
  kind: z.enum(['text', 'arithmetic', 'chinese', 'auto']).optional(),
  alphabet: z.string().min(1).optional(),
  length: z.union([z.int().min(1), z.tuple([z.int().min(1), z.int().min(1)])]).optional(),
  caseSensitive: z.boolean().optional(),
}
