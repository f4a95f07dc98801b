/**
 * tesseract's file of a model: how many parts it may have (int32), where each begins (int64 each, -1 for none), the parts one after the
 * other. tesseract/src/ccutil/tessdatamanager.h numbers them.
 */

import { letters } from './models.ts'

const [network, characters] = [17, 21]
/** Space, and two that stand for more than one character or for none: tesseract puts them before the others. */
const first = ['NULL', 'Joined', '|Broken|0|1']

/** Throws for what is no model of the letters that ours has: another's outputs would be taken for other characters. */
export function checkTrainedData(bytes: Buffer): void {
  const count = bytes.readInt32LE(0)
  if (count <= characters || count > 100) throw new Error('not a file of trained data')
  const starts = Array.from({ length: count }, (_, index) => Number(bytes.readBigInt64LE(4 + index * 8)))
  if (starts.some((start) => start >= bytes.length)) throw new Error('the trained data is cut short')
  if ((starts[network] ?? -1) < 0) throw new Error('the trained data holds no network')
  const from = starts[characters] ?? -1
  const to = Math.min(bytes.length, ...starts.filter((start) => start > from))
  const lines = from < 0 ? [] : bytes.toString('utf8', from, to).split('\n')
  const named = lines.slice(1, 1 + first.length + letters.length).map((line) => line.split(' ')[0])
  const isOurs = Number(lines[0]) === named.length && [...first, ...letters].every((name, index) => named[index] === name)
  if (!isOurs) throw new Error('the trained data is of other characters')
}
