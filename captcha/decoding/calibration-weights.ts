/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [-0.125, 1.397, 0.05, 0.17, 0.185],
  second: [1.172, 1.225, 0.05, 0.722, -0.411],
  further: [1.077, 0.81, 0.05, 0.462, -0.279],
  chinese: [1.621, 2.7, 0.493, -0.847],
}
