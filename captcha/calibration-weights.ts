/** Written by captcha/training/calibrate.ts. */

import type { Weights } from './calibration.ts'

export const weights: Weights = {
  first: [0.429, 1.514, 0.429, -0.186],
  second: [0, 1, 1, 0],
  further: [-0.447, 1.138, 0.271, -0.388],
  chinese: [2.053, 1.908, 1.607, 0.217],
}
