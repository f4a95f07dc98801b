import t from 'tap'
import { ownModels } from '../../../captcha/engine/models.ts'
import { type ReadHints, type ReadResult, SiteMemory } from '../../../captcha/index.ts'
import type { Pools } from '../../../captcha/pools.ts'
import { readImage } from '../../../captcha/read.ts'
import { seeded } from '../../../captcha/training/drawing/random.ts'

/** Letters of a font that is nobody's. */
const font: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  H: [
    [0, 0],
    [5, 0],
    [5, 14],
    [17, 14],
    [17, 0],
    [22, 0],
    [22, 33],
    [17, 33],
    [17, 19],
    [5, 19],
    [5, 33],
    [0, 33],
  ],
  L: [
    [0, 0],
    [6, 0],
    [6, 27],
    [18, 27],
    [18, 33],
    [0, 33],
  ],
  V: [
    [0, 0],
    [6, 0],
    [12, 25],
    [18, 0],
    [24, 0],
    [15, 33],
    [9, 33],
  ],
  T: [
    [0, 0],
    [22, 0],
    [22, 6],
    [14, 6],
    [14, 33],
    [8, 33],
    [8, 6],
    [0, 6],
  ],
}
function drawn(text: string, random: () => number): Buffer {
  const shaken = (value: number): string => (value + (random() - 0.5) / 5).toFixed(2)
  const paths = [...text].map(
    (letter, index) => `<path fill="#234" d="M${(font[letter] ?? []).map(([x, y]) => `${shaken(x + 10 + index * 34)} ${shaken(y + 8)}`).join('L')}Z"/>`,
  )
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="150" height="50">${paths.reverse().join('')}</svg>`)
}

/** A reader whose networks see nothing at all. */
const nothing = () => Promise.resolve([])
const blind: Pools = { captcha: { recognise: nothing }, general: { recognise: nothing }, chinese: { recognise: nothing } }
const reader = { read: (image: Buffer, hints: ReadHints = {}): Promise<ReadResult> => readImage(image, hints, blind, ownModels.weights) }

async function confirmed(memory: SiteMemory, text: string, answer = text): Promise<void> {
  await memory.learn({ is: 'accepted', image: drawn(text, seeded(3)), answer, by: 'person', read: undefined })
}

t.test('letters that a site drew in confirmed images are read in its next one, however they are put together', async (t) => {
  const memory = new SiteMemory()
  t.equal((await memory.read(reader, drawn('VHTL', seeded(1)), {})).answer, '')
  await confirmed(memory, 'HLTT')
  t.equal((await memory.read(reader, drawn('VHTL', seeded(1)), {})).answer, '', 'one letter was never seen')
  await confirmed(memory, 'VVLH')
  const again = SiteMemory.restore(JSON.parse(JSON.stringify(memory.snapshot())))
  for (const [index, text] of ['VHTL', 'TTTT', 'LVLVL'].entries()) {
    const { answer, claimed } = await again.read(reader, drawn(text, seeded(20 + index)), {})
    t.equal(answer, text)
    t.ok(claimed > 0.9)
  }
})

t.test('an answer of another length than the drawing has letters teaches no shapes, and neither does a sum', async (t) => {
  const memory = new SiteMemory()
  await confirmed(memory, 'HLTV', 'HLT')
  t.equal((await memory.read(reader, drawn('HLTV', seeded(2)), {})).answer, '')
  const read = { text: '3+5=', answer: '8', kind: 'arithmetic', confidence: 0.9, claimed: 0.9, candidates: [], ms: 1 } as const
  await memory.learn({ is: 'accepted', image: drawn('H', seeded(3)), answer: '8', by: 'reader', read })
  t.match(memory.snapshot(), { shapes: [] })
})

t.test('shapes are forgotten oldest first, and left aside while what was learned is in doubt', async (t) => {
  const memory = new SiteMemory()
  const signs = [...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ']
  for (let index = 0; index < 90; index++) await confirmed(memory, 'HL', `${signs[index % 62]}${signs[(index * 7 + 1) % 62]}`)
  const { shapes } = memory.snapshot() as { shapes: unknown[] }
  t.ok(shapes.length <= 160)
  t.ok(JSON.stringify(memory.snapshot()).length < 200_000)

  const doubted = new SiteMemory()
  await confirmed(doubted, 'HLTV')
  t.equal((await doubted.read(reader, drawn('TVHL', seeded(4)), {})).answer, 'TVHL')
  for (let count = 0; count < 3; count++) {
    const read = await doubted.read(reader, drawn('TVHL', seeded(4)), {})
    await doubted.learn({ is: 'refused', by: 'reader', read })
  }
  t.equal((await doubted.read(reader, drawn('TVHL', seeded(4)), {})).answer, '')
})
