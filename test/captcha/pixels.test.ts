import t from 'tap'
import { despeckle } from '../../captcha/despeckle.ts'
import { inkOf, paperColour } from '../../captcha/ink.ts'
import { lineHeight, lineOf } from '../../captcha/line.ts'
import type { Grey, Picture } from '../../captcha/picture.ts'
import { trim } from '../../captcha/trim.ts'
import { unline } from '../../captcha/unline.ts'

/** A drawing in letters: `#` is ink, anything else paper. */
const grey = (...rows: readonly string[]): Grey => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  data: Uint8Array.from([...rows.join('')], (cell) => (cell === '#' ? 0 : 255)),
})
const drawing = ({ width, height, data }: Grey): string[] =>
  Array.from({ length: height }, (_, y) => Array.from(data.subarray(y * width, (y + 1) * width), (shade) => (shade < 128 ? '#' : '.')).join(''))
const coloured = (source: Grey, ink: readonly number[], paper: readonly number[]): Picture => ({
  width: source.width,
  height: source.height,
  rgb: Uint8Array.from([...source.data].flatMap((shade) => (shade === 0 ? ink : paper))),
})

const letter = grey('........', '........', '..####..', '..#..#..', '..####..', '........', '........')

t.test('ink is black and paper white, whatever their colours', async (t) => {
  const colours: readonly (readonly number[])[] = [
    [0, 0, 0],
    [255, 255, 255],
    [250, 240, 60],
    [20, 30, 90],
    [200, 40, 40],
  ]
  for (const ink of colours) {
    for (const paper of colours) {
      if (ink === paper) continue
      const picture = coloured(letter, ink, paper)
      t.same(paperColour(picture), paper)
      t.same(drawing(inkOf(picture)), drawing(letter))
    }
  }
})

t.test('an empty picture has no ink', async (t) => {
  t.notOk(inkOf(coloured(grey('....', '....', '....', '....'), [0, 0, 0], [90, 90, 90])).data.some((shade) => shade < 128))
})

t.test('specks go and letters stay', async (t) => {
  const speckled = grey('#.......', '.......#', '..####..', '..#..#..', '..####..', '........', '#.#.....')
  t.same(drawing(despeckle(speckled)), drawing(letter))
})

t.test('a thin line goes, and leaves the letter it crosses', async (t) => {
  const crossed = grey('........', '..##....', '..##....', '########', '..##....', '..##....', '........')
  t.same(drawing(unline(crossed, 1)), ['........', '..##....', '..##....', '..##....', '..##....', '..##....', '........'])
})

t.test('trimming leaves the ink and its margin', async (t) => {
  t.same(drawing(trim(letter, 1)), ['......', '.####.', '.#..#.', '.####.', '......'])
  const empty = grey('...', '...')
  t.equal(trim(empty, 1), empty)
})

t.test('a line has the model’s height, its own shape and one byte a pixel', async (t) => {
  for (const stretch of [1, 0.9, 1.1]) {
    const line = await lineOf(letter, stretch)
    t.equal(line.height, lineHeight)
    t.equal(line.width, Math.round((8 * lineHeight * stretch) / 7))
    t.equal(line.data.length, line.width * line.height)
  }
})
