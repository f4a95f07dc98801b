/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [0.84, 0.826, 0.84, -0.179],
  second: [0.569, 1.193, 0.349, -0.352],
  further: [1.814, 1.117, 0.05, 0.807],
  chinese: [1.621, 2.7, 0.493, -0.847],
}
