import t from 'tap'
import { bridge } from '../../captcha/ink/bridge.ts'
import { componentsOf } from '../../captcha/ink/components.ts'
import { deskew } from '../../captcha/ink/deskew.ts'
import { despeckle } from '../../captcha/ink/despeckle.ts'
import { inkOf } from '../../captcha/ink/ink.ts'
import { lineHeight, lineOf } from '../../captcha/ink/line.ts'
import { trim } from '../../captcha/ink/trim.ts'
import { unline } from '../../captcha/ink/unline.ts'
import { firstViews, furtherChineseViews, furtherViews } from '../../captcha/ink/views.ts'
import { paperColour } from '../../captcha/pictures/paper.ts'
import type { Grey, Picture } from '../../captcha/pictures/picture.ts'

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
  const crossed = grey('........', '..##....', '..##....', '..##....', '..##....', '..##....', '........')
  t.same(drawing(unline(crossed, 1)), ['........', '..##....', '..##....', '..##....', '..##....', '..##....', '........'])
})

t.test('a thin line down goes as one across does', async (t) => {
  const crossed = grey('...#....', '...#....', '.######.', '.######.', '...#....')
  t.same(drawing(unline(crossed, 1, 'down')), ['........', '........', '.######.', '.######.', '........'])
  t.same(drawing(unline(crossed, 1)), drawing(crossed), 'and not by the other direction')
})

t.test('the gap that a line leaves in a stroke is closed, and beside the stroke nothing comes back', async (t) => {
  const cut = grey('..##....', '..##....', '........', '..##....', '..##....')
  const line = grey('........', '........', '########', '........', '........')
  t.same(drawing(bridge(cut, line)), ['..##....', '..##....', '..##....', '..##....', '..##....'])
  t.same(drawing(bridge(grey('....', '....', '....'), grey('....', '####', '....'))), ['....', '....', '....'])
})

t.test('patches of ink are told apart, with their boxes', async (t) => {
  const found = componentsOf(grey('##....', '#...##', '....##', '......', '.#....'))
  t.same(
    found.map(({ pixels, left, top, right, bottom }) => [pixels.length, left, top, right, bottom]),
    [
      [3, 0, 0, 1, 1],
      [4, 4, 1, 5, 2],
      [1, 1, 4, 1, 4],
    ],
  )
})

t.test('a line of text that rises is set straight, and a straight one stays', async (t) => {
  const [width, height] = [80, 40]
  const line = (slope: number): Grey => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, pixel) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)]
      return Math.abs(y - 20 - (x - 40) * slope) < 4 && x % 8 < 6 ? 0 : 255
    }),
  })
  const inkedRows = (picture: Grey): number => drawing(picture).filter((row) => row.includes('#')).length
  t.ok(inkedRows(line(0.2)) > 20)
  t.ok(inkedRows(deskew(line(0.2))) <= 10)
  t.ok(inkedRows(deskew(line(-0.25))) <= 10)
  const straight = line(0)
  t.equal(deskew(straight), straight)
})

t.test('the looks show the text alone, without specks and lines, and leave the image as it is in one', async (t) => {
  const [width, height] = [100, 40]
  const rgb = new Uint8Array(width * height * 3).fill(255)
  const paint = (x: number, y: number): void => void rgb.fill(0, (y * width + x) * 3, (y * width + x) * 3 + 3)
  // Two letters in the middle, a speck in a corner, a line across.
  for (let y = 12; y < 28; y++) for (const left of [40, 54]) for (let x = left; x < left + 5; x++) paint(x, y)
  paint(2, 2)
  const picture = { width, height, rgb }
  const [whole, moved] = firstViews(picture, picture)
  t.equal(whole?.picture, picture)
  t.same([moved?.picture.width, moved?.picture.height], [106, 42], 'moved on more paper')
  t.ok((whole?.counts ?? 0) > (moved?.counts ?? 0), 'the image itself counts most')
  const framed = { ...picture, rgb: new Uint8Array(picture.rgb) }
  t.equal([...firstViews(framed, picture)].at(-1)?.picture, picture, 'without its frame')
  const further = [...furtherViews(picture, picture, inkOf(picture))]
  const near = further.filter((view) => view.picture.width < 30 && view.picture.height < 24)
  t.ok(near.length >= 4, 'near the letters')
  const sizes = further.map((view) => `${view.picture.width}x${view.picture.height}`)
  for (const size of ['19x18', '21x20', '23x26']) t.ok(sizes.includes(size), `the letters with their margins, ${size}`)
  for (let x = 0; x < width; x++) paint(x, 34)
  const lined = inkOf(picture)
  const heights = [...furtherViews(picture, picture, lined)].map((view) => view.picture.height)
  t.ok(Math.min(...heights) < 24, 'a view without the line is near the letters')
  const [farther, nearer] = furtherChineseViews(lined)
  t.ok((farther?.width ?? 0) > width && (nearer?.width ?? width) < width)
})

t.test('a large picture whose text fills it is not looked at much larger than it is', async (t) => {
  const [width, height] = [1000, 500]
  const rgb = new Uint8Array(width * height * 3).fill(255)
  for (const [left, top] of [
    [2, 2],
    [width - 42, height - 42],
  ] as const) {
    for (let y = top; y < top + 40; y++) rgb.fill(0, (y * width + left) * 3, (y * width + left + 40) * 3)
  }
  const picture = { width, height, rgb }
  const sizes = [...furtherViews(picture, picture, inkOf(picture))].map((view) => (view.picture.width * view.picture.height) / (width * height))
  t.ok(Math.max(...sizes) < 1.3, `${Math.max(...sizes)}`)
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
