/**
 * Packs labelled images into shards beside those of our own drawings: `npx node captcha/training/pack.ts SETS SHARDS-FOLDER
 * FIRST-NUMBER`. SETS holds folders with images and `labels.tsv`, the text of each as it is drawn (a sum's, not its result).
 */

import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { networkLetters } from '../engine/models.ts'
import { planesHeight, planesOf, planesWidth } from '../network/planes.ts'
import { decode } from '../pictures/decode.ts'

const [sets = '', folder = '', first = '0'] = process.argv.slice(2)
let shard = Number(first)
for (const name of (await readdir(sets)).sort()) {
  const lines = (await readFile(join(sets, name, 'labels.tsv'), 'utf8')).trim().split('\n')
  const size = planesWidth * planesHeight * 3
  const inputs = Buffer.alloc(lines.length * size)
  const texts: string[] = []
  for (const line of lines) {
    const [file = '', text = ''] = line.split('\t')
    if (text === '' || [...text].some((character) => !networkLetters.includes(character))) continue
    inputs.set(planesOf(await decode(await readFile(join(sets, name, file)))), texts.length * size)
    texts.push(text)
  }
  await writeFile(join(folder, `${shard}.txt`), `${texts.join('\n')}\n`)
  await writeFile(join(folder, `${shard}.part`), inputs.subarray(0, texts.length * size))
  await rename(join(folder, `${shard}.part`), join(folder, `${shard}.planes`))
  console.log(`${shard}: ${texts.length} of ${name}`)
  shard++
}
