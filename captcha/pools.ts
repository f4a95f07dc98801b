import { captchaModel } from './models.ts'
import { startNetwork } from './network-recogniser.ts'
import { createPool, type Pool } from './pool.ts'
import { startRecogniser } from './recogniser.ts'

export interface Pools {
  /** Our model for svg-captcha's own font. */
  readonly captcha: Pool
  /** Our network for captchas of any style, asked where the first is unsure. Its lines are the whole image (planesOf). */
  readonly general: Pool<Uint8Array>
  /** Our network for Chinese characters, where they are hinted at or the others are at a loss. Its lines are the whole image's ink (chineseInput). */
  readonly chinese: Pool<Uint8Array>
}

/** `workers` recognisers each of our own models; they start when they are first asked. */
export function openPools(workers: number): Pools & { close(): Promise<void> } {
  const pools = {
    captcha: createPool((limit) => startRecogniser(captchaModel, limit), { size: workers }),
    general: createPool((limit) => startNetwork('general', limit), { size: workers }),
    chinese: createPool((limit) => startNetwork('chinese', limit), { size: workers }),
  }
  return {
    ...pools,
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.close()))
    },
  }
}
