import { readFileSync } from 'node:fs'

/** This relay's version, as its package says. */
export const version: string = JSON.parse(readFileSync(findPackage(), 'utf8')).version

/** Beside the sources in a checkout, one folder further up in the built package. */
function findPackage(): URL {
  const here = new URL('../package.json', import.meta.url)
  try {
    readFileSync(here)
    return here
  } catch {
    return new URL('../../package.json', import.meta.url)
  }
}
