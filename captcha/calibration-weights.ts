/** Written by captcha/training/calibrate.ts. */

export const weights = {
  first: [0.84, 0.826, 0.84, -0.179],
  second: [-0.14, 1.85, 0.47, 1.349],
  further: [0.199, 1.541, -0.076, -0.455],
  chinese: [1.941, 2.445, 0.487, -0.465],
}
