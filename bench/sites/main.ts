/**
 * `npm run bench:sites`: every sample server and real product is added to a relay by its address, a user name and a password, and nothing else; the
 * same sites are signed in to by a headless Chromium in the same run. `npm run bench:sites -- form CAS` takes those whose names hold such a word.
 */
import { findChromium } from '../../test/chromium.ts'
import { figureLines, type Row, verdictLines } from './print.ts'
import { absentProducts } from './products.ts'
import { type BenchSite, type RunningSite, sites } from './sites.ts'
import { type ChromiumFigures, measureChromium } from './through-chromium.ts'
import { BenchRelay } from './through-relay.ts'

/** Sign-ins a site. */
const times = { relay: 30, script: 1, cold: 3, warm: 5 }

const words = process.argv.slice(2)
const chosen = sites.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
if (findChromium() === undefined) console.log('No Chromium here (Debian: apt-get install chromium): nothing is compared.')

if (absentProducts.length > 0) console.log(`Not here, and left out: ${absentProducts.join(', ')}.`)

const relay = await BenchRelay.start()
const rows: Row[] = []
try {
  for (const site of chosen) {
    rows.push(await measure(site))
    for (const line of figureLines(rows.at(-1) as Row, rows.length === 1)) console.log(line)
  }
} finally {
  await relay.stop()
}
for (const line of verdictLines(rows)) console.log(line)

async function measure(kind: BenchSite): Promise<Row> {
  const site = await kind.start()
  try {
    const byRelay = await relay.measure(site, kind.needsScript === true ? times.script : times.relay)
    const byChromium = kind.chromium === undefined || findChromium() === undefined ? undefined : await compare(kind, site)
    return { kind, byRelay, byChromium }
  } finally {
    await site.stop()
  }
}

/** A site that the plain script for Chromium does not get into is not compared, and that is said. */
async function compare(kind: BenchSite, site: RunningSite): Promise<ChromiumFigures | undefined> {
  try {
    return await measureChromium(kind, site, times)
  } catch (error) {
    console.log(`${kind.name}: Chromium was not signed in: ${(error as Error).message.split('\n')[0]}`)
    return undefined
  }
}
