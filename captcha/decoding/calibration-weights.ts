/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [0.692, 0.957, 0.692, 0.115],
  second: [0.978, 1.242, 0.404, 0.694],
  further: [1.505, 0.96, 0.05, 0.491],
  chinese: [1.621, 2.7, 0.493, -0.847],
}
