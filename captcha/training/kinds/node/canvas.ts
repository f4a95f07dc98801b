/**
 * npm packages that draw on a canvas: `npx node captcha/training/kinds/node/canvas.ts MODULES FOLDER COUNT [SEED]`, where MODULES is a
 * `node_modules` with captchagen, captcha-canvas, captcha-generator-alphanumeric (`npm install --ignore-scripts --force`) and
 * `@napi-rs/canvas`, which stands in for the two canvases those want: it comes compiled.
 */

import { createRequire, Module } from 'node:module'
import { join } from 'node:path'
import { chanceOf } from '../../drawing/chance.ts'
import { seeded } from '../../drawing/random.ts'
import { type Drawn, writeSet } from './set.ts'

const [modules = '', folder = '', count = '100', seed = '7'] = process.argv.slice(2)
const load = createRequire(join(modules, 'x.js'))
const chance = chanceOf(seeded(Number(seed)))
// Two of these packages draw from Math.random alone; the third's text comes from randomness of its own unless it is given one.
Math.random = seeded(Number(seed) + 1)

interface Canvas {
  toBuffer(type: string): Buffer
}
const real = load('@napi-rs/canvas') as {
  createCanvas(width: number, height: number): Canvas
  GlobalFonts: { registerFromPath(path: string, family: string): void }
}
/** As skia-canvas has it: made with `new`, or before captcha-canvas 3.4 without. */
function SkiaCanvas(width: number, height: number) {
  const canvas = real.createCanvas(width, height)
  return Object.assign(canvas, { toBufferSync: () => canvas.toBuffer('image/png') })
}
const stand = {
  ...real,
  registerFont: (path: string, { family }: { family: string }) => real.GlobalFonts.registerFromPath(path, family),
  Canvas: SkiaCanvas,
}
const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown }
const usual = loader._load
loader._load = (request, ...rest) => (request === 'canvas' || request === 'skia-canvas' ? stand : usual(request, ...rest))

const captchagen = load('captchagen') as { create(options: object): { generate(): { canvas: Canvas } } }
const captchaCanvas = load('captcha-canvas') as { createCaptchaSync(width: number, height: number, options: object): { image: Buffer } }
const Alphanumeric = (load('captcha-generator-alphanumeric') as { default: new (height: number, text: string, complexity: object) => { dataURL: string } })
  .default

const digits = '0123456789'
const capitals = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const small = 'abcdefghijkmnpqrstuvwxyz'
const fonts = ['sans', 'DejaVu Sans', 'DejaVu Serif', 'Liberation Sans', 'Liberation Serif', 'Liberation Mono']

const pick = chance.one
const text = (alphabet: string, least: number, most: number) => Array.from({ length: chance.whole(least, most) }, () => pick([...alphabet])).join('')
const dark = () => `rgb(${chance.whole(0, 150)},${chance.whole(0, 150)},${chance.whole(0, 150)})`

const set = (name: string, draw: () => Drawn) => writeSet(folder, name, Number(count), draw)

await set('captchagen', () => {
  const answer = text(pick([digits, small + digits, capitals + small, capitals + digits]), 4, 6)
  const height = chance.is(0.4) ? 150 : chance.whole(40, 100)
  const canvas = captchagen.create({ text: answer, height, width: Math.round(height * answer.length * 0.36), font: pick(fonts) }).generate().canvas
  return { answer, bytes: canvas.toBuffer('image/png') }
})
await set('captcha-canvas', () => {
  const answer = text(pick([capitals, capitals + digits, capitals + small + digits, digits]), 4, 6)
  const usual = chance.is(0.4)
  const size = usual ? 40 : chance.whole(32, 60)
  const options = usual
    ? { captcha: { text: answer, characters: answer.length } }
    : {
        captcha: {
          text: answer,
          characters: answer.length,
          size,
          color: dark(),
          font: pick(fonts),
          rotate: chance.whole(0, 20),
          skew: chance.is(0.6),
          opacity: 0.9,
        },
        trace: { color: dark(), size: chance.whole(1, 4) },
        decoy: { size: chance.whole(12, 22), opacity: 0.3 },
      }
  return { answer, bytes: captchaCanvas.createCaptchaSync(Math.round((answer.length + 1.2) * size * 1.05), Math.round(size * 2.4), options).image }
})
await set('captcha-generator-alphanumeric', () => {
  const answer = text('ABCDEFHJKLNPSTUWXYZ23456789', 6, 6)
  const height = pick([120, 150, 200])
  const complexity = chance.is(0.5) ? {} : { lines: chance.whole(0, 5), circleRadius: chance.whole(1, 7), foregroundNoise: chance.whole(0, 5000) }
  return { answer, bytes: Buffer.from(new Alphanumeric(height, answer, complexity).dataURL.split(',')[1] ?? '', 'base64') }
})
