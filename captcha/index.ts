/**
 * Reads a challenge image: captchas of letters and digits, and small sums.
 *
 * Image to pixels on white paper (decode), ink in black whatever its colour (ink), one line of the model's height (line),
 * probabilities for every place along it (recogniser, and network for other styles; in threads of a pool), the likeliest
 * texts that the hints allow (beam, grammar), votes over several looks (vote), how often such a read is right (calibration). Drawings whose
 * letters have known outlines need none of it (shapes).
 *
 * Refuses what is no image, images too large to be a captcha, and SVGs that do more than draw. Reads no network, writes no
 * file. Law 8: only sign-ins read images; no room above offers reading as a service.
 */

import { isRelayError } from '../relay/errors.ts'
import type { CaptchaReader, ReaderOptions } from './contract.ts'
import { ownModels } from './engine/models.ts'
import { openModels } from './model-folder.ts'
import { unreadable } from './pictures/unreadable.ts'
import { openPools } from './pools.ts'
import { readImage } from './read.ts'

export type { Candidate, CaptchaReader, ReaderOptions, ReadHints, ReadResult } from './contract.ts'
export { type CaptchaOutcome, type CaptchaStats, SiteMemory, type SiteRead } from './memory/site-memory.ts'
export type { Tally } from './memory/tally.ts'

/** A read that takes longer than this is given up, milliseconds. Starting a recogniser is within it. */
const readLimit = 15_000

/**
 * Opens a reader. Its recognisers start at the first read (about half a second); `close` ends them all.
 *
 * Throws `captcha_models_invalid` for a folder `model` that holds none, or one that is damaged or of another network. `read` throws
 * `captcha_unreadable` for what is no readable image and when the recognisers fail twice.
 */
export async function openReader({ workers = 2, model }: ReaderOptions = {}): Promise<CaptchaReader> {
  const models = model === undefined ? ownModels : await openModels(model)
  const pools = openPools(workers, models)
  return {
    read: (image, hints = {}) => bounded(readImage(image, hints, pools, models.weights)),
    async close() {
      await pools.close()
    },
  }
}

async function bounded<T>(work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(() => limit.reject(unreadable('reading it took too long')), readLimit)
  try {
    return await Promise.race([work, limit.promise])
  } catch (error) {
    throw isRelayError(error) ? error : unreadable('the recogniser failed', error)
  } finally {
    clearTimeout(timer)
  }
}
