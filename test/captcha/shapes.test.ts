import t from 'tap'
import { textGrammar } from '../../captcha/decoding/grammar.ts'
import type { Pools } from '../../captcha/pools.ts'
import { lookAt } from '../../captcha/read.ts'
import { glyphPathsOf } from '../../captcha/shapes/glyph-paths.ts'
import { packFonts, unpackFonts } from '../../captcha/shapes/known-fonts.ts'
import { matchAsDrawn, tableOf } from '../../captcha/shapes/match.ts'
import { outlineOf } from '../../captcha/shapes/outline.ts'
import { readShapes, withKnown } from '../../captcha/shapes/read-shapes.ts'
import { draw, svgOf } from '../../captcha/training/drawing/draw.ts'
import { seeded } from '../../captcha/training/drawing/random.ts'
import { processorTime } from '../processor-time.ts'
import fc from '../property.ts'

const asked = () => Promise.reject(new Error('a network was asked'))
const noNetworks: Pools = { captcha: { recognise: asked }, general: { recognise: asked }, chinese: { recognise: asked } }
const letter = 'M10 12L16 12L16 40L28 40L28 45L10 45Z'

t.test('what svg-captcha draws is read by its outlines, at any size, with any noise, and without a network', async (t) => {
  const settings = [
    {},
    { noise: 5 },
    { noise: 2, width: 100, height: 36, fontSize: 30 },
    { width: 260, height: 90, fontSize: 80, size: 6, background: '#cc9966' },
    { sum: true },
  ]
  for (const [index, options] of settings.entries()) {
    for (const { svg, answer } of await draw({ noise: 1, ...options }, 20, 900 + index)) {
      const { texts } = await lookAt(Buffer.from(svg), {}, noNetworks)
      t.equal(texts[0]?.answer, answer)
    }
  }
})

t.test('hints hold for outlines too, and what they forbid is left to the networks', async (t) => {
  const image = Buffer.from(svgOf(seeded(5), 'aB8I', { noise: 1 }))
  const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  t.equal((await lookAt(image, { caseSensitive: false, alphabet: capitals }, noNetworks)).texts[0]?.text, 'AB8I')
  for (const hints of [{ alphabet: '0123456789' }, { length: 5 }, { kind: 'arithmetic' }, { kind: 'chinese' }] as const) {
    await t.rejects(lookAt(image, hints, noNetworks), /a network was asked/)
  }
})

t.test('a letter of no known shape is not guessed; the others stay in their places', async (t) => {
  const svg = svgOf(seeded(6), 'aB8d', { noise: 1 }).replace('</svg>', `<path fill="#222" d="${letter}"/></svg>`)
  const told = readShapes(svg, [])
  t.same(
    told?.places.map((place) => [...place.keys()].join('')),
    ['', 'a', 'B', '8', 'd'],
  )
  if (told === undefined) return
  const grammar = withKnown(textGrammar({}), told)
  const after = (text: string): number => [...text].reduce((state, character) => (state === -1 ? -1 : grammar.next(state, character)), 0)
  t.ok(grammar.ends(after('LaB8d')))
  t.ok(grammar.ends(after('4aB8d')))
  t.equal(after('LaB9'), -1)
  t.notOk(grammar.ends(after('LaB8')))
  const digits = withKnown(textGrammar({ alphabet: '0123456789' }), told)
  t.not(digits.next(1, '4'), -1, 'what the hint forbids is not forced')
  t.equal(digits.next(3, '4'), -1)
  await t.rejects(lookAt(Buffer.from(svg), {}, noNetworks), /a network was asked/)
})

t.test('drawings whose paths are moved, hidden, covered, or the colour of paper are not taken for what they say', async (t) => {
  const plain = svgOf(seeded(7), 'Yes4', { noise: 1 })
  t.equal(glyphPathsOf(plain)?.length, 4)
  const changes: readonly ((svg: string) => string)[] = [
    (svg) => svg.replace('<path fill', '<path transform="translate(9)" fill'),
    (svg) => svg.replace('<path fill', '<g><path fill').replace('</svg>', '</g></svg>'),
    (svg) => svg.replace('<path fill', '<path style="fill:none" fill'),
    (svg) => svg.replace('<path fill', '<path opacity="0" fill'),
    (svg) => svg.replace(/<path fill="[^"]*"/, '<path fill="none"'),
    (svg) => svg.replace(/<path fill="[^"]*"/, '<path fill="#FFF"'),
    (svg) => svg.replace(/<path fill="[^"]*"/, '<path fill="url(#a)"'),
    (svg) => svg.replace('<path fill', '<path stroke="#000" fill'),
    (svg) => svg.replace('</svg>', '<rect width="100%" height="100%" fill="#eee"/></svg>'),
    (svg) => svg.replace('</svg>', '<text x="3" y="20">no</text></svg>'),
    (svg) => svg.replace('</svg>', `${`<path fill="#222" d="${letter}"/>`.repeat(20)}</svg>`),
    (svg) => svg.replace(/ height="\d+"/, ''),
  ]
  for (const change of changes) {
    t.not(change(plain), plain)
    t.equal(glyphPathsOf(change(plain)), undefined, String(change))
  }
})

t.test('an outline is where it stands and as large as it is drawn, whichever way it is written', async (t) => {
  const one = outlineOf(letter)
  const moved = outlineOf('m30 32h6v28h12v5h-18z')
  const larger = outlineOf('M20 24L32 24L32 80L56 80L56 90L20 90Z')
  if (one === undefined || moved === undefined || larger === undefined) return t.fail('no outline')
  t.same([moved.x - one.x, moved.y - one.y], [20, 20])
  const near = (a: readonly number[], b: readonly number[]) => a.every((value, index) => Math.abs(value - (b[index] ?? 0)) < 1e-9)
  t.ok(near(moved.features, one.features))
  t.ok(
    near(
      larger.features,
      one.features.map((value) => value * 2),
    ),
  )
  t.equal(larger.commands, one.commands)
  t.not(moved.commands, one.commands)
  for (const path of ['', 'M0 0', 'M0 0A3 3 0 0 0 6 6L1 1L2 2Z', 'M1 1L2', 'M1 1L2 2L3 3Z4', 'M5 5L5 5L5 5Z', `M0 0${'L1 1'.repeat(3000)}`, 'M1e9 1L2 2L3 3']) {
    t.equal(outlineOf(path), undefined, path.slice(0, 40))
  }
})

t.test('a drawing of boxes, which could be a dash of every font, keeps nobody busy', async (t) => {
  const box = (index: number): string =>
    `<path fill="#123" d="M${index * 30} 5L${index * 31 + 3} 5L${index * 31 + 3} ${20 + index}L${index * 30} ${20 + index}L${index * 30} 5Z"/>`
  const svg = `<svg width="500" height="50">${Array.from({ length: 16 }, (_, index) => box(index)).join('')}</svg>`
  readShapes(svg, [])
  const before = processorTime()
  for (let count = 0; count < 4; count++) readShapes(svg, [])
  const each = (processorTime() - before) / 4
  t.ok(each < 60, `${each} ms`)
})

t.test('whatever stands where a path is expected, an outline is numbers or nothing', async () => {
  const word = fc.oneof(fc.constantFrom('M', 'L', 'q', 'C', 'z', 'h', 'V', 'A', ' ', ',', '-', '.', 'é'), fc.double().map(String), fc.integer().map(String))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => {
      const outline = outlineOf(words.join(' '))
      return outline === undefined || [outline.x, outline.y, ...outline.features].every(Number.isFinite)
    }),
  )
})

t.test('letters that a site drew are known again at that size alone', async (t) => {
  const outline = outlineOf(letter)
  if (outline === undefined) return t.fail('no outline')
  const table = tableOf([{ ...outline, character: 'L' }])
  const drawn = (path: string) =>
    matchAsDrawn(
      [outlineOf(path)].filter((one) => one !== undefined),
      table,
    ).places[0]
  t.same([...(drawn('M40.1 12L46 12.1L46 40L58 40L58 45L40 45Z') ?? [])], [['L', 1]])
  t.equal(drawn('M40 12L46 12L46 35L53 35L53 38L40 38Z')?.size, 0)
})

t.test('fonts are kept to a two-hundredth of a unit', async (t) => {
  const outline = outlineOf(letter)
  if (outline === undefined) return t.fail('no outline')
  const [first, second] = unpackFonts(packFonts([[], [{ ...outline, character: '÷' }]]))
  t.same(first, [])
  t.equal(second?.[0]?.character, '÷')
  t.equal(second?.[0]?.commands, outline.commands)
  for (const [index, feature] of outline.features.entries()) t.ok(Math.abs((second?.[0]?.features[index] ?? 0) - feature) <= 0.0026)
})
