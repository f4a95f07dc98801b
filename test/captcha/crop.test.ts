import t from 'tap'
import { crop, unframed } from '../../captcha/crop.ts'
import type { Picture } from '../../captcha/picture.ts'

/** A picture of the colours that `shade` gives, grey. */
function pictureOf(width: number, height: number, shade: (x: number, y: number) => number): Picture {
  return { width, height, rgb: Uint8Array.from({ length: width * height * 3 }, (_, at) => shade(Math.floor(at / 3) % width, Math.floor(at / 3 / width))) }
}

const framed = (thickness: number): Picture =>
  pictureOf(40, 20, (x, y) => (Math.min(x, y, 39 - x, 19 - y) < thickness ? 0 : x === 15 && y > 5 && y < 15 ? 0 : 255))

t.test('a frame of one colour is cut off, up to three pixels of it', async (t) => {
  for (const thickness of [1, 2, 3]) {
    const { width, height, rgb } = unframed(framed(thickness))
    t.same([width, height], [40 - 2 * thickness, 20 - 2 * thickness])
    t.equal(rgb[0], 255)
  }
  t.same(unframed(framed(4)), framed(4))
})

t.test('paper that reaches the edge is no frame, and neither is an edge that letters cross', async (t) => {
  const plain = framed(0)
  t.equal(unframed(plain), plain)
  const crossed = pictureOf(40, 20, (x, y) => (Math.min(x, y, 39 - x, 19 - y) < 1 ? (x % 4 === 0 ? 255 : 0) : 255))
  t.equal(unframed(crossed), crossed)
})

t.test('a crop keeps the pixels within', async (t) => {
  const part = crop(
    pictureOf(10, 8, (x, y) => y * 10 + x),
    2,
    1,
  )
  t.same([part.width, part.height, part.rgb[0], part.rgb.at(-1)], [6, 6, 12, 67])
})
