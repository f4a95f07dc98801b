/** Written by captcha/training/calibrate.ts. */

import type { Weights } from './calibration.ts'

export const weights: Weights = {
  first: [2, 0.5, 0, 0],
  second: [0, 1, 1, 0],
  further: [-1, 1, 1, 0],
  chinese: [0, 1, 1, 0],
}
