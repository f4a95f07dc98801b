/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [0.84, 0.826, 0.84, -0.179],
  second: [0.041, 1.745, 0.139, 0.781],
  further: [1.874, 1.269, 0.05, 0.534],
  chinese: [1.798, 2.326, 0.671, -0.489],
}
