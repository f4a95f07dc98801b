import sharp from 'sharp'
import t from 'tap'
import { decode } from '../../captcha/decode.ts'
import { draw } from '../../captcha/training/draw.ts'
import { isRelayError } from '../../relay/errors.ts'
import { bmp, pngHeader } from './images.ts'

const [drawn] = await draw({ noise: 1, color: true }, 1, 1)
if (drawn === undefined) throw new Error('no image')
const flat = await sharp(drawn.image).flatten({ background: '#fff' }).png().toBuffer()
const { data: pixels } = await sharp(flat).raw().toBuffer({ resolveWithObject: true })

/** Refusals come before anything is decoded: within this, milliseconds. */
const quickly = 50

const refusal = async (image: Buffer): Promise<{ reason: string; ms: number }> => {
  const began = performance.now()
  try {
    await decode(image)
  } catch (error) {
    if (!isRelayError(error, 'captcha_unreadable')) throw error
    return { reason: String(error.params.reason), ms: performance.now() - began }
  }
  return { reason: 'none: it was read', ms: 0 }
}

t.test('every format gives the same pixels on white paper', async (t) => {
  const images: readonly (readonly [name: string, image: Buffer, near: number])[] = [
    ['PNG, transparent', drawn.image, 0],
    ['PNG, opaque', flat, 0],
    ['WebP', await sharp(flat).webp({ lossless: true }).toBuffer(), 0],
    ['GIF', await sharp(flat).gif().toBuffer(), 6],
    ['JPEG', await sharp(flat).jpeg({ quality: 95 }).toBuffer(), 6],
    ['BMP, 24 bits, bottom up', bmp(pixels, 150, 50, 24), 0],
    ['BMP, 32 bits, top down', bmp(pixels, 150, -50, 32), 0],
    ['SVG', Buffer.from(drawn.svg.replace(/<path[^>]*fill="none"\/>/, '')), 12],
    ['data URL', Buffer.from(`data:image/png;base64,${flat.toString('base64')}`), 0],
    ['data URL, percent-encoded', Buffer.from(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn.svg)}`), 12],
  ]
  for (const [name, image, near] of images) {
    const { width, height, rgb } = await decode(image)
    t.same([width, height, rgb.length], [150, 50, 150 * 50 * 3], name)
    const difference = rgb.reduce((sum, value, at) => sum + Math.abs(value - (pixels[at] ?? 0)), 0) / rgb.length
    t.ok(difference <= near, `${name}: pixels differ by ${difference.toFixed(2)} on average`)
  }
})

t.test('a grey image gives three channels too', async (t) => {
  const { rgb } = await decode(await sharp(flat).grayscale().toColourspace('b-w').png().toBuffer())
  t.equal(rgb.length, 150 * 50 * 3)
})

t.test('what is no image is refused with its reason', async (t) => {
  t.match((await refusal(Buffer.alloc(0))).reason, 'empty')
  t.match((await refusal(Buffer.from('<html><body>Please sign in</body></html>'))).reason, 'not a PNG')
  t.match((await refusal(Buffer.from('%PDF-1.7'))).reason, 'not a PNG')
  t.match((await refusal(Buffer.from('data:image/svg+xml,%E0%A4%A'))).reason, 'malformed')
  t.match((await refusal(await sharp(flat).tiff().toBuffer())).reason, 'not a PNG')
})

t.test('an image cut short is refused', async (t) => {
  t.match((await refusal(flat.subarray(0, flat.length / 2))).reason, /cut short/)
  t.match((await refusal(flat.subarray(0, 20))).reason, /damaged/)
  t.match((await refusal(bmp(pixels, 150, 50, 24).subarray(0, 5000))).reason, /cut short/)
  t.match((await refusal(bmp(pixels, 150, 50, 24).subarray(0, 40))).reason, /cut short/)
})

t.test('an image that declares itself huge is refused before it is decoded', async (t) => {
  const hugeGif = await sharp(flat).gif().toBuffer()
  // The screen's size and the first frame's.
  const frame = hugeGif.indexOf(Buffer.from('2c000000009600', 'hex'))
  for (const at of [6, 8, frame + 5, frame + 7]) hugeGif.writeUInt16LE(60_000, at)
  const huge: readonly (readonly [string, Buffer])[] = [
    ['PNG of 50,000 by 50,000', pngHeader(50_000, 50_000)],
    ['PNG of 100,000 by 5', pngHeader(100_000, 5)],
    ['BMP of 50,000 by 50,000', bmp(pixels, 50_000, 50_000, 24)],
    ['BMP of a negative width', bmp(pixels, -150, 50, 24)],
    ['BMP of the least height', bmp(pixels, 150, -(2 ** 31), 24)],
    ['GIF of 60,000 by 60,000', hugeGif],
    ['SVG of 50,000 by 50,000', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="50000" height="50000"><path d="M0 0h9"/></svg>')],
    ['SVG of 1 by 1', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><path d="M0 0h9"/></svg>')],
    ['bytes without end', Buffer.concat([pngHeader(100, 50), Buffer.alloc(3 * 1024 * 1024)])],
  ]
  await refusal(pngHeader(50_000, 50_000))
  for (const [name, image] of huge) {
    const before = process.memoryUsage().rss
    const { reason, ms } = await refusal(image)
    t.match(reason, /too large for a captcha|larger than|is only/, `${name}: ${reason}`)
    t.ok(ms < quickly, `${name}: refused after ${ms.toFixed(1)} ms`)
    t.ok(process.memoryUsage().rss - before < 50e6, `${name}: within 50 MB`)
  }
})

t.test('a GIF of very many frames is read by its first ones, in bounded time and memory', async (t) => {
  const [width, height, frames] = [150, 50, 3000]
  const one = await sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .gif()
    .toBuffer()
  // The frame from its descriptor to before the trailer, again and again.
  const start = one.indexOf(0x2c, 13)
  const bomb = Buffer.concat([one.subarray(0, start), ...Array.from({ length: frames }, () => one.subarray(start, -1)), one.subarray(-1)])
  await decode(one)
  const before = process.memoryUsage().rss
  const picture = await decode(bomb)
  t.same([picture.width, picture.height], [width, height])
  // All frames' pixels would be 67 MB thrice over.
  t.ok(process.memoryUsage().rss - before < 50e6, `${Math.round((process.memoryUsage().rss - before) / 1e6)} MB more`)
})
