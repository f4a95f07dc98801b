/**
 * Measures how often reads are right at each support, on images drawn from seeds that training does not use, and prints
 * the table of captcha/calibration.ts: `npx node captcha/training/calibrate.ts [count]`.
 */

import { openPools } from '../pools.ts'
import { lookAt } from '../read.ts'
import { type DrawOptions, draw } from './draw.ts'

const kinds: readonly DrawOptions[] = [
  { noise: 0 },
  { noise: 1 },
  { noise: 2 },
  { noise: 3 },
  { noise: 1, size: 5, width: 170 },
  { noise: 1, background: '#cc9966' },
  { noise: 1, sum: true },
]

interface Bin {
  from: number
  to: number
  count: number
  right: number
}

async function measure(count: number): Promise<{ support: number; right: boolean }[]> {
  const pools = openPools(1)
  const reads: { support: number; right: boolean }[] = []
  for (const [index, kind] of kinds.entries()) {
    for (const { image, answer } of await draw(kind, count, 9000 + index)) {
      const [best] = (await lookAt(image, {}, pools)).texts
      reads.push({ support: best?.support ?? 0, right: best?.answer === answer })
    }
  }
  await pools.close()
  return reads.sort((a, b) => a.support - b.support)
}

/** Bins, finer where support is low and reads are few, joined until their shares of right reads rise (pool adjacent violators). */
function rising(reads: readonly { support: number; right: boolean }[]): Bin[] {
  const bins: Bin[] = []
  let size = 20
  for (let start = 0; start < reads.length; start += size, size *= 2) {
    const part = reads.slice(start, start + size)
    bins.push({ from: part[0]?.support ?? 0, to: part.at(-1)?.support ?? 0, count: part.length, right: part.filter((read) => read.right).length })
    for (let last = bins.at(-1), before = bins.at(-2); last && before && share(last) <= share(before); last = bins.at(-1), before = bins.at(-2)) {
      bins.splice(-2, 2, { from: before.from, to: last.to, count: before.count + last.count, right: before.right + last.right })
    }
  }
  return bins
}

/** One wrong read more than was seen: a bin without a mistake still promises less than certainty. */
function share({ right, count }: Bin): number {
  return right / (count + 1)
}

const bins = rising(await measure(Number(process.argv[2] ?? 200)))
for (const bin of bins) {
  console.log(`  [${((bin.from + bin.to) / 2).toFixed(4)}, ${share(bin).toFixed(3)}], // ${bin.count} reads, ${bin.from.toFixed(4)} to ${bin.to.toFixed(4)}`)
}
