import sharp from 'sharp'
import t from 'tap'
import { decode } from '../../../captcha/pictures/decode.ts'
import { draw } from '../../../captcha/training/drawing/draw.ts'
import { isRelayError } from '../../../relay/errors.ts'
import { bmp } from '../images.ts'

const [drawn] = await draw({ noise: 1, color: true }, 1, 1)
if (drawn === undefined) throw new Error('no image')
const flat = await sharp(drawn.image).flatten({ background: '#fff' }).png().toBuffer()
const { data: pixels } = await sharp(flat).raw().toBuffer({ resolveWithObject: true })

const refusal = async (image: Buffer): Promise<string> => {
  try {
    await decode(image)
  } catch (error) {
    if (!isRelayError(error, 'captcha_unreadable')) throw error
    return String(error.params.reason)
  }
  return 'none: it was read'
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
  t.match(await refusal(Buffer.alloc(0)), 'empty')
  t.match(await refusal(Buffer.from('<html><body>Please sign in</body></html>')), 'not a PNG')
  t.match(await refusal(Buffer.from('%PDF-1.7')), 'not a PNG')
  t.match(await refusal(Buffer.from('data:image/svg+xml,%E0%A4%A')), 'malformed')
  t.match(await refusal(await sharp(flat).tiff().toBuffer()), 'not a PNG')
})

t.test('an image cut short is refused', async (t) => {
  t.match(await refusal(flat.subarray(0, flat.length / 2)), /cut short/)
  t.match(await refusal(flat.subarray(0, 20)), /damaged/)
  t.match(await refusal(bmp(pixels, 150, 50, 24).subarray(0, 5000)), /cut short/)
  t.match(await refusal(bmp(pixels, 150, 50, 24).subarray(0, 40)), /cut short/)
})

t.test('what stands in a PNG beside its pixels changes nothing', async (t) => {
  const described = await sharp(flat)
    .withExif({ IFD0: { Copyright: 'site' } })
    .withIccProfile('srgb')
    .png()
    .toBuffer()
  t.ok(described.length > flat.length)
  t.same((await decode(described)).rgb, (await decode(flat)).rgb)
})
