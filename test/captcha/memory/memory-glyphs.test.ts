import t from 'tap'
import { combine } from '../../../captcha/memory/combine.ts'
import { countInk, type InkCounts, withoutFixedNoise } from '../../../captcha/memory/fixed-noise.ts'
import { distance, glyphOf, gridHeight, gridWidth, packGlyph, unpackGlyph } from '../../../captcha/memory/glyph.ts'
import { recall, remembered } from '../../../captcha/memory/recall.ts'
import { segment } from '../../../captcha/memory/segment.ts'
import type { Grey } from '../../../captcha/pictures/picture.ts'
import fc from '../../property.ts'
import { digits, drawing } from './drawn-text.ts'

const anyPicture: fc.Arbitrary<Grey> = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 20 }))
  .chain(([width, height, one]) =>
    fc
      .array(fc.integer({ min: 0, max: one }), { minLength: width * height, maxLength: width * height })
      .map((inks) => ({ width, height, data: Uint8Array.from(inks, (ink) => (ink === 0 ? 0 : 255)) })),
  )

t.test('any picture is cut into as many boxes as asked, each within it and with ink, or not at all', async (t) => {
  fc.assert(
    fc.property(anyPicture, fc.integer({ min: 1, max: 8 }), (picture, count) => {
      const boxes = segment(picture, count)
      if (boxes === undefined) return
      t.equal(boxes.length, count)
      for (const { left, top, right, bottom } of boxes) {
        if (!(0 <= left && left <= right && right < picture.width && 0 <= top && top <= bottom && bottom < picture.height)) t.fail('a box lies outside')
      }
    }),
    { numRuns: 200 },
  )
})

t.test('four digits are cut where they stand', async (t) => {
  for (let index = 0; index < 20; index++) {
    const boxes = segment(drawing(digits(index), { seed: index }), 4) ?? []
    t.equal(boxes.length, 4)
    for (const [at, { left }] of boxes.entries()) t.ok(Math.abs(left - (4 + (index % 7) + at * 20)) <= 6, `digit ${at} of ${digits(index)} at ${left}`)
  }
})

t.test('a glyph comes back from its text as it was; other texts give none', async (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: gridWidth * gridHeight, maxLength: gridWidth * gridHeight, max: 15 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 500 }),
      (ink, width, height) => {
        const glyph = { ink: new Uint8Array(ink), width, height }
        const again = unpackGlyph(packGlyph(glyph))
        t.same(again, glyph)
        t.equal(again && distance(again, glyph), 0)
      },
    ),
    { numRuns: 50 },
  )
  fc.assert(fc.property(fc.base64String({ maxLength: 100 }), (text) => unpackGlyph(text) === undefined))
})

t.test('a character is a letter of its own size: the same shape drawn smaller is another', async (t) => {
  const box = { left: 0, top: 0, right: 9, bottom: 9 }
  const square = glyphOf({ width: 10, height: 10, data: new Uint8Array(100) }, box)
  const small = glyphOf({ width: 10, height: 10, data: new Uint8Array(100) }, { ...box, right: 4, bottom: 4 })
  const samples = [
    { character: 'C', glyph: square },
    { character: 'c', glyph: small },
  ]
  t.equal(recall(samples, [small, square])?.text, 'cC')
  t.equal(recall([], [square]), undefined)
})

t.test('a glyph that is known is not kept twice, and of too many the commonest character gives way', async (t) => {
  const glyph = (shade: number) => glyphOf({ width: 12, height: 16, data: new Uint8Array(192).fill(shade) }, { left: 0, top: 0, right: 11, bottom: 15 })
  const once = remembered([], [{ character: 'a', glyph: glyph(0) }], 10)
  t.equal(remembered(once, [{ character: 'a', glyph: glyph(0) }], 10).length, 1)
  const many = Array.from({ length: 10 }, (_, index) => ({ character: 'a', glyph: glyph(index * 25) }))
  const kept = remembered(many, [{ character: 'b', glyph: glyph(0) }], 5)
  t.equal(kept.length, 5)
  t.ok(kept.some(({ character }) => character === 'b'))
})

t.test('ink that is in nearly every image is taken away, the rest stays', async (t) => {
  let counted: InkCounts | undefined
  for (let index = 0; index < 20; index++) counted = countInk(counted, drawing(digits(index), { seed: index, grid: true }))
  const [clean, noisy] = [drawing('8250', { seed: 3 }), drawing('8250', { seed: 3, grid: true })]
  const without = withoutFixedNoise(noisy, counted)
  const wrong = without.data.reduce((sum, shade, pixel) => sum + (shade === clean.data[pixel] ? 0 : 1), 0)
  const before = noisy.data.reduce((sum, shade, pixel) => sum + (shade === clean.data[pixel] ? 0 : 1), 0)
  t.ok(wrong < before / 8, `${wrong} pixels differ, ${before} before`)
  t.equal(withoutFixedNoise(drawing('123'), counted).data.length, drawing('123').data.length, 'an image of another size is left alone')
})

t.test('images of another size begin anew, huge ones are not counted', async (t) => {
  const one = countInk(undefined, drawing('1234'))
  t.equal(countInk(one, drawing('1234'))?.images, 2)
  t.equal(countInk(one, drawing('12345'))?.images, 1)
  t.equal(countInk(one, { width: 1000, height: 1000, data: new Uint8Array(1_000_000) }), one)
})

t.test('a memory that agrees makes a read surer, one that differs less sure', async (t) => {
  const candidates = [
    { text: 'ab', confidence: 0.6 },
    { text: 'cd', confidence: 0.2 },
  ]
  const [agreed] = combine(candidates, 'ab', 0.7)
  t.match(agreed, { text: 'ab' })
  t.ok((agreed?.confidence ?? 0) > 0.85)
  const differing = combine(candidates, 'cd', 0.9)
  t.match(differing[0], { text: 'cd' })
  t.match(combine(candidates, 'xy', 0.95)[0], { text: 'xy' })
  const unlikely = { text: 'xy', confidence: 0.001 }
  t.match(combine([...candidates, unlikely], 'xy', 0.95)[0], { text: 'xy' }, 'that the reader thought of it, if hardly, does not speak against it')
  t.ok((combine(candidates, 'xy', 0.5).find(({ text }) => text === 'ab')?.confidence ?? 1) < 0.6)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.98, noNaN: true }), (rate) => {
      const total = combine(candidates, 'ef', rate).reduce((sum, { confidence }) => sum + confidence, 0)
      return total > 0 && total <= 1.000001
    }),
  )
})
