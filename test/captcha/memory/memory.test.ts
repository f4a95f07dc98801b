import t from 'tap'
import { type ReadResult, SiteMemory, type SiteRead } from '../../../captcha/index.ts'
import fc from '../../property.ts'
import { digits, drawing, png } from './drawn-text.ts'

/** A reader that makes nothing of these images. */
const lost = { read: async (): Promise<ReadResult> => ({ text: '77', answer: '77', confidence: 0.05, kind: 'text', candidates: [], ms: 1 }) }

async function taught(count: number, options: { grid?: boolean; answer?: (index: number) => string } = {}): Promise<SiteMemory> {
  const memory = new SiteMemory()
  for (let index = 0; index < count; index++) {
    const image = await png(drawing(digits(index), { seed: index, ...options }))
    await memory.learn({ is: 'accepted', image, answer: options.answer?.(index) ?? digits(index), by: 'person', read: await memory.read(lost, image, {}) })
  }
  return memory
}

async function rightOf(memory: SiteMemory, from: number, count: number, grid = false): Promise<{ right: number; reads: SiteRead[] }> {
  const reads: SiteRead[] = []
  let right = 0
  for (let index = from; index < from + count; index++) {
    const read = await memory.read(lost, await png(drawing(digits(index), { seed: index, grid })), {})
    reads.push(read)
    if (read.answer === digits(index)) right++
  }
  return { right, reads }
}

t.test(
  'what a person typed teaches the glyphs of a fixed font, until the memory reads alone and says so; stored it is small and reads as before',
  async (t) => {
    const memory = await taught(60)
    const { right, reads } = await rightOf(memory, 500, 30)
    t.ok(right >= 28, `${right} of 30 right`)
    t.ok(reads.every(({ kind }) => kind === 'text'))
    const sure = reads.filter(({ confidence }) => confidence > 0.5)
    t.ok(sure.length >= 20, `${sure.length} of 30 surer than half`)
    t.match(memory.stats().glyphs, { images: 60, way: 'patches' })

    const stored = JSON.stringify(memory.snapshot())
    t.ok(stored.length < 200_000, `${stored.length} characters`)
    const again = SiteMemory.restore(JSON.parse(stored))
    t.strictSame(again.stats(), memory.stats())
    t.strictSame(
      (await rightOf(again, 500, 5)).reads.map(({ answer }) => answer),
      reads.slice(0, 5).map(({ answer }) => answer),
    )
  },
)

t.test('noise that stands in every image is learned and taken away', async (t) => {
  const memory = await taught(60, { grid: true })
  const { right } = await rightOf(memory, 500, 30, true)
  t.ok(right >= 27, `${right} of 30 right`)
})

t.test('a site that accepts any answer teaches nothing that votes', async (t) => {
  const memory = await taught(50, { answer: (index) => digits(index * 31 + 5) })
  t.equal(memory.stats().glyphs.way, undefined)
  const { reads } = await rightOf(memory, 500, 3)
  t.ok(reads.every(({ text }) => text === '77'))
})

t.test('what is no memory makes an empty one', async (t) => {
  const empty = new SiteMemory().stats()
  fc.assert(fc.property(fc.jsonValue(), (value) => t.same(SiteMemory.restore(value).stats(), empty)))
  const damaged = { ...(new SiteMemory().snapshot() as object), counted: { width: 10, height: 10, images: 1, counts: 'AAAA' } }
  t.same(SiteMemory.restore(damaged).stats(), empty)
})

function read(text: string, kind: ReadResult['kind'] = 'text', answer = text, claimed = 0.5): SiteRead {
  return { text, answer, confidence: claimed, claimed, kind, candidates: [{ text, confidence: claimed }], ms: 1 }
}

/** Answers that the site took; the images do not matter. */
async function accepted(memory: SiteMemory, by: 'reader' | 'person', answers: readonly { readonly answer: string; readonly read: SiteRead | undefined }[]) {
  const blank = await png({ data: new Uint8Array(400).fill(255), width: 20, height: 20 })
  for (const one of answers) await memory.learn({ is: 'accepted', image: blank, by, ...one })
}

t.test('length and alphabet become hints when enough answers had them in common; what the settings say goes first', async (t) => {
  const memory = new SiteMemory()
  const answers = Array.from({ length: 9 }, (_, index) => ({ answer: digits(index), read: read(digits(index)) }))
  await accepted(memory, 'reader', answers)
  t.equal(memory.hints({}).length, undefined, 'nine are not enough')
  await accepted(memory, 'reader', answers)
  t.match(memory.hints({}), { kind: 'text', length: 4, alphabet: '0123456789' })
  t.match(memory.hints({ length: 5, alphabet: 'xyz' }), { length: 5, alphabet: 'xyz' })
  t.strictSame(memory.hints({ kind: 'arithmetic' }), { kind: 'arithmetic' }, 'what was learned of text says nothing of sums')
})

t.test('after three refusals in a row what was learned is doubted, until an answer is accepted', async (t) => {
  const memory = new SiteMemory()
  const answers = Array.from({ length: 12 }, (_, index) => ({ answer: digits(index), read: read(digits(index)) }))
  await accepted(memory, 'reader', answers)
  for (let count = 0; count < 3; count++) await memory.learn({ is: 'refused', by: 'reader', read: read('1234') })
  t.strictSame(memory.hints({}), {})
  await accepted(memory, 'person', [{ answer: '12345', read: undefined }])
  t.match(memory.hints({}), { length: [3, 6] })
})

t.test('sums teach their kind and nothing of letters', async (t) => {
  const memory = new SiteMemory()
  await accepted(
    memory,
    'reader',
    Array.from({ length: 12 }, (_, index) => ({ answer: String(index + 3), read: read(`${index}+3=?`, 'arithmetic', String(index + 3)) })),
  )
  t.strictSame(memory.hints({}), { kind: 'arithmetic' })
  t.equal(memory.stats().glyphs.images, 0)
})

t.test('a site that takes small letters for capitals does not mind case', async (t) => {
  const memory = new SiteMemory()
  await accepted(
    memory,
    'person',
    ['abdf', 'frgb', 'hdab'].map((answer) => ({ answer, read: read(answer.toUpperCase()) })),
  )
  t.equal(memory.hints({}).caseSensitive, false)
  const strict = new SiteMemory()
  await accepted(
    strict,
    'person',
    ['covs', 'xyzw', 'kpsu'].map((answer) => ({ answer, read: read(answer.toUpperCase()) })),
  )
  t.equal(strict.hints({}).caseSensitive, undefined, 'letters that look alike in both cases prove nothing')
  const misread = new SiteMemory()
  await accepted(
    misread,
    'person',
    ['ADDE', 'FRGB', 'HDAB'].map((answer) => ({ answer, read: read(answer[0]?.toLowerCase() + answer.slice(1)) })),
  )
  t.equal(misread.hints({}).caseSensitive, undefined, 'nor does a letter that was misread')
})

t.test('a confidence is worth what such confidences came to at this site', async (t) => {
  const memory = new SiteMemory()
  const unsure = { read: async (): Promise<ReadResult> => read('1234', 'text', '1234', 0.4) }
  const blank = await png({ data: new Uint8Array(400).fill(255), width: 20, height: 20 })
  t.equal((await memory.read(unsure, blank, {})).confidence.toFixed(3), '0.400')
  for (let count = 0; count < 20; count++) await accepted(memory, 'reader', [{ answer: '1234', read: read('1234', 'text', '1234', 0.4) }])
  t.ok((await memory.read(unsure, blank, {})).confidence > 0.8)
  for (let count = 0; count < 60; count++) await memory.learn({ is: 'refused', by: 'reader', read: read('1234', 'text', '1234', 0.4) })
  t.ok((await memory.read(unsure, blank, {})).confidence < 0.2)
})

t.test('the rate counts what the relay read and what a person answered apart, by kind', async (t) => {
  const memory = new SiteMemory()
  await accepted(memory, 'reader', [{ answer: 'ab12', read: read('ab12') }])
  await accepted(memory, 'person', [{ answer: '8', read: read('3+5', 'arithmetic', '8') }])
  await memory.learn({ is: 'refused', by: 'reader', read: read('abcd') })
  await memory.learn({ is: 'refused', by: 'person', read: undefined })
  t.match(memory.stats(), {
    answers: { reads: 2, right: 1, asked: 2, askedRight: 1 },
    byKind: { text: { reads: 2, right: 1, asked: 1, askedRight: 0 }, arithmetic: { reads: 0, asked: 1, askedRight: 1 } },
  })
})

t.test('images that the reader took for Chinese characters teach their letters all the same', async (t) => {
  const memory = new SiteMemory()
  const read: SiteRead = { ...(await lost.read()), kind: 'chinese', claimed: 0.05 }
  for (let index = 0; index < 3; index++)
    await memory.learn({ is: 'accepted', image: await png(drawing(digits(index), { seed: index })), answer: digits(index), by: 'person', read })
  t.match(memory.stats(), { glyphs: { images: 3 }, byKind: { text: { asked: 3, askedRight: 3 } } })
  await memory.learn({ is: 'accepted', image: await png(drawing('12', {})), answer: '天地', by: 'person', read })
  t.match(memory.stats(), { glyphs: { images: 3 }, byKind: { chinese: { asked: 1 } } })
})

t.test('an image that only a person can read is counted, and teaches what its answer says', async (t) => {
  const memory = new SiteMemory()
  const image = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="150" height="50"><text filter="blur(1)">7k2x</text></svg>')
  for (let index = 0; index < 12; index++) await memory.learn({ is: 'accepted', image, answer: '7k2x', by: 'person', read: undefined })
  t.match(memory.stats(), { answers: { asked: 12, askedRight: 12 }, known: { length: 4 }, glyphs: { images: 0 } })
})
