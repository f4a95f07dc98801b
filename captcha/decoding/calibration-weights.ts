/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [-0.125, 1.397, 0.05, 0.17, 0.185],
  second: [1.124, 1.31, 0.05, 0.701, -0.495],
  further: [1.627, 0.632, 0.05, 0.851, -0.429],
  chinese: [1.621, 2.7, 0.493, -0.847],
}
