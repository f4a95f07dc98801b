/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [-0.125, 1.397, 0.05, 0.17, 0.185],
  second: [0.463, 1.385, 0.308, 0.142, -0.295],
  further: [1.214, 0.838, 0.05, 0.473, -0.304],
  chinese: [1.621, 2.7, 0.493, -0.847],
}
