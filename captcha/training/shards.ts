/**
 * Writes labelled inputs for the general network: `npx node captcha/training/shards.ts FOLDER SHARDS [SEED [FIRST]]`. A shard is two
 * files: `N.planes`, inputs one after the other (captcha/planes.ts), and `N.txt`, their texts a line each. The first are
 * easy, later ones harder.
 */

import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { networkLetters } from '../engine/models.ts'
import { planesHeight, planesOf, planesWidth } from '../network/planes.ts'
import type { Picture } from '../pictures/picture.ts'
import { chanceOf } from './drawing/chance.ts'
import { svgOf, textOf } from './drawing/draw.ts'
import { fontFiles } from './drawing/fonts.ts'
import { type Font, loadFont } from './drawing/glyphs.ts'
import { seeded } from './drawing/random.ts'
import { styled } from './drawing/styled.ts'
import { word } from './drawing/words.ts'

const perShard = 5000
const easyShards = 4

const [folder = '', shards = '1', seed = '1', first = '0'] = parseArgs({ allowPositionals: true }).positionals
await mkdir(folder, { recursive: true })
const fonts: Font[] = []
for (const file of fontFiles()) {
  const font = await loadFont(file, networkLetters)
  if (font !== undefined) fonts.push(font)
}
console.log(`${fonts.length} fonts`)

for (let shard = Number(first); shard < Number(first) + Number(shards); shard++) {
  const random = seeded(Number(seed) * 1_000_003 + shard)
  const chance = chanceOf(random)
  const inputs = Buffer.alloc(perShard * planesWidth * planesHeight * 3)
  const texts: string[] = []
  for (let index = 0; index < perShard; index++) {
    const hardness = shard < easyShards ? chance.real(0, 0.35) : chance.real(0, 1)
    const svg = chance.is(0.06)
    const text = svg ? textOf(random, chance.whole(4, 6)) : word(chance)
    const picture = svg
      ? await decoded(Buffer.from(svgOf(random, text, { noise: chance.whole(0, 3), color: chance.is(0.5) })))
      : styled(chance, fonts, text, hardness)
    inputs.set(planesOf(chance.is(0.15) ? await compressed(picture, chance.whole(40, 90)) : picture), index * planesWidth * planesHeight * 3)
    texts.push(text)
  }
  await writeFile(join(folder, `${shard}.txt`), `${texts.join('\n')}\n`)
  await writeFile(join(folder, `${shard}.part`), inputs)
  await rename(join(folder, `${shard}.part`), join(folder, `${shard}.planes`))
}

async function compressed({ width, height, rgb }: Picture, quality: number): Promise<Picture> {
  return decoded(
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer(),
  )
}

async function decoded(image: Buffer): Promise<Picture> {
  const { data, info } = await sharp(image).flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, rgb: new Uint8Array(data) }
}
