import { captchaModel, printModel } from './models.ts'
import { startNetwork } from './network-recogniser.ts'
import { createPool, type Pool } from './pool.ts'
import { startRecogniser } from './recogniser.ts'

export interface Pools {
  /** Our model for svg-captcha's own font. */
  readonly captcha: Pool
  /** Our network for captchas of any style, asked where the first is unsure. Its lines are the whole image (planesOf). */
  readonly general: Pool<Uint8Array>
  /** Stock English, asked only where both are at a loss. */
  readonly print: Pool
}

/** `workers` recognisers each of our own models; they start when they are first asked. */
export function openPools(workers: number): Pools & { close(): Promise<void> } {
  const pools = {
    captcha: createPool((limit) => startRecogniser(captchaModel, limit), { size: workers }),
    general: createPool(startNetwork, { size: workers }),
    print: createPool((limit) => startRecogniser(printModel, limit), { size: 1 }),
  }
  return {
    ...pools,
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.close()))
    },
  }
}
