import type { Models } from './engine/models.ts'
import { createPool, type Pool } from './engine/pool.ts'
import { startRecogniser } from './engine/recogniser.ts'
import { startNetworks } from './network/network-recogniser.ts'
import type { NetworkName } from './network/network-thread.ts'

export interface Pools {
  /** Our model for svg-captcha's own font. */
  readonly captcha: Pick<Pool, 'recognise'>
  /** Our network for captchas of any style, asked where the first is unsure. Its lines are the whole image (planesOf). */
  readonly general: Pick<Pool<Uint8Array>, 'recognise'>
  /** Our network for Chinese characters, where they are hinted at or the others are at a loss. Its lines are the whole image's ink (chineseInput). */
  readonly chinese: Pick<Pool<Uint8Array>, 'recognise'>
}

/** `workers` recognisers and as many threads for both networks; they start when they are first asked, a first thread for the networks while the recogniser looks. */
export function openPools(workers: number, models: Models): Pools & { close(): Promise<void> } {
  const captcha = createPool((limit) => startRecogniser(models.captcha, limit), { size: workers })
  const networks = createPool((limit) => startNetworks(models, limit), { size: workers })
  const one = (network: NetworkName): Pick<Pool<Uint8Array>, 'recognise'> => ({ recognise: (values) => networks.recognise({ network, values }) })
  return {
    captcha: {
      recognise(line) {
        networks.warm()
        return captcha.recognise(line)
      },
    },
    general: one('general'),
    chinese: one('chinese'),
    async close() {
      await Promise.all([captcha.close(), networks.close()])
    },
  }
}
