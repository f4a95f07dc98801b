import t from 'tap'
import { crop, reframed, unframed } from '../../captcha/ink/crop.ts'
import type { Picture } from '../../captcha/pictures/picture.ts'

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

t.test('a picture on more paper, or cut, keeps its pixels where they are', async (t) => {
  const picture = pictureOf(10, 8, (x, y) => (x >= 4 && x < 6 && y >= 2 && y < 6 ? y * 10 + x : 200))
  const { width, height, rgb } = reframed(picture, { left: 3, right: -2, top: -1, bottom: 4 })
  t.same([width, height], [11, 11])
  const at = (x: number, y: number): number | undefined => rgb[(y * width + x) * 3]
  t.same([at(0, 0), at(10, 10), at(7, 1), at(8, 4)], [200, 200, 24, 55])
  t.same(reframed(picture, {}), picture)
})

t.test('a crop keeps the pixels within', async (t) => {
  const part = crop(
    pictureOf(10, 8, (x, y) => y * 10 + x),
    2,
    1,
  )
  t.same([part.width, part.height, part.rgb[0], part.rgb.at(-1)], [6, 6, 12, 67])
})
