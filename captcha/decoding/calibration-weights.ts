/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [0.015, 1.382, 0.05, 0.363, 0.5],
  second: [0.576, 1.476, 0.05, -0.516, -1.022],
  further: [1.768, 0.533, 0.05, 0.732, -0.722],
  chinese: [1.621, 2.7, 0.493, -0.847],
}
