/**
 * Captchas of npm packages: `npx node captcha/training/kinds/node/npm.ts MODULES FOLDER COUNT [SEED]`, where MODULES is a `node_modules`
 * with captchapng, captcha.gif and trek-captcha. With svg-captcha in print fonts it draws as well.
 */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import svgCaptcha from 'svg-captcha'
import { chanceOf } from '../../drawing/chance.ts'
import { svgOf, textOf } from '../../drawing/draw.ts'
import { seeded } from '../../drawing/random.ts'
import { type Drawn, writeSet } from './set.ts'

const [modules = '', folder = '', count = '100', seed = '7'] = process.argv.slice(2)
const load = createRequire(join(modules, 'x.js'))
const random = seeded(Number(seed))
const chance = chanceOf(random)
// These packages draw from Math.random alone, so a seed in its place makes them repeat.
Math.random = random

const Captchapng = load('captchapng') as new (
  width: number,
  height: number,
  digits: number,
) => { color(red: number, green: number, blue: number, alpha: number): void; getBase64(): string }
const gif = load('captcha.gif') as { Captcha: new () => { generate(): { token: string; buffer: Buffer } } } & Record<string, unknown>
const trek = load('trek-captcha') as () => Promise<{ token: string; buffer: Buffer }>

const set = (name: string, extension: string, draw: () => Promise<Drawn> | Drawn) => writeSet(folder, name, Number(count), draw, extension)

await set('captchapng', 'png', () => {
  const digits = chance.whole(1000, 999_999)
  const image = new Captchapng(80, 30, digits)
  image.color(chance.whole(0, 255), chance.whole(0, 255), chance.whole(0, 255), 255)
  return { answer: String(digits), bytes: Buffer.from(image.getBase64(), 'base64') }
})
await set('captcha.gif', 'gif', () => {
  const { token, buffer } = new gif.Captcha().generate()
  return { answer: token, bytes: buffer }
})
await set('trek-captcha', 'gif', async () => {
  const { token, buffer } = await trek()
  return { answer: token, bytes: buffer }
})
for (const font of ['LiberationSans-Regular', 'LiberationSerif-Bold', 'LiberationMono-Bold']) {
  svgCaptcha.loadFont(`/usr/share/fonts/truetype/liberation/${font}.ttf`)
  await set(`svg-captcha-${font}`, 'svg', () => {
    const answer = textOf(random, 4)
    return { answer, bytes: Buffer.from(svgOf(random, answer, { noise: 1, color: chance.is(0.5) })) }
  })
}
