import { existsSync } from 'node:fs'

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The program of a Chromium: the one that is named, or one in its usual places. Undefined: there is none. */
export function findChromium(named: string | undefined): string | undefined {
  return named === undefined ? usualPlaces.find((place) => existsSync(place)) : existsSync(named) ? named : undefined
}
