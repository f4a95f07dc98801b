/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [-0.125, 1.397, 0.05, 0.17, 0.185],
  second: [0.911, 1.362, 0.05, 0.329, -0.639],
  further: [1.456, 0.425, 0.05, 0.733, -0.362],
  chinese: [1.621, 2.7, 0.493, -0.847],
}
