import assert from 'node:assert/strict'
import t from 'tap'
import { decodeSteps, type Step } from '../../../captcha/decoding/beam.ts'
import { folded } from '../../../captcha/decoding/fold.ts'
import { chineseSumGrammar, sumGrammar, textGrammar } from '../../../captcha/decoding/grammar.ts'
import { stepsOf } from '../../../captcha/engine/hocr.ts'
import fc from '../../property.ts'

/** Steps of a network that sees `rows`, a character each with its probability; the rest is "nothing new". */
const steps = (...rows: readonly Readonly<Record<string, number>>[]): Step[] =>
  rows.map((row) => new Map([['', 1 - Object.values(row).reduce((a, b) => a + b, 0)], ...Object.entries(row)]))
const best = (seen: Step[], hints: Parameters<typeof textGrammar>[0]): string | undefined => decodeSteps(seen, textGrammar(hints))[0]?.text

t.test('a character held over several steps counts once, and again after a pause', async (t) => {
  t.equal(best(steps({ a: 0.9 }, { a: 0.9 }, { b: 0.9 }), { length: [1, 8] }), 'ab')
  t.equal(best(steps({ a: 0.9 }, {}, { a: 0.9 }, { b: 0.9 }), { length: [1, 8] }), 'aab')
})

t.test('the length hint adds the likeliest faint character and drops the faintest', async (t) => {
  const seen = steps({ a: 0.9 }, {}, { b: 0.3 }, {}, { c: 0.9 }, {}, { d: 0.9 })
  t.equal(best(seen, { length: 3 }), 'acd')
  t.equal(best(seen, { length: 4 }), 'abcd')
})

t.test('only characters of the alphabet are read', async (t) => {
  const seen = steps({ O: 0.6, '0': 0.3 }, {}, { l: 0.6, '1': 0.3 }, {}, { S: 0.5, '5': 0.4 })
  t.equal(best(seen, { length: 3 }), 'OlS')
  t.equal(best(seen, { length: 3, alphabet: '0123456789' }), '015')
})

t.test('where case does not count, both cases of the alphabet may be seen', async (t) => {
  const seen = steps({ a: 0.9 }, {}, { B: 0.9 }, {}, { c: 0.9 })
  t.equal(best(seen, { alphabet: 'abc' }), undefined)
  t.equal(best(seen, { alphabet: 'abc', caseSensitive: false }), 'aBc')
})

t.test('Latin letters are never passed off as Chinese characters', async (t) => {
  t.equal(best(steps({ a: 0.9 }, {}, { b: 0.9 }), { kind: 'chinese', length: 2 }), undefined)
  t.equal(best(steps({ a: 0.6, 天: 0.3 }, {}, { 地: 0.9 }), { kind: 'chinese', length: 2 }), '天地')
})

t.test('the sum grammar reads sums and nothing else', async (t) => {
  const seen = steps({ '3': 0.8, B: 0.2 }, {}, { t: 0.6, '+': 0.3 }, {}, { S: 0.6, '5': 0.3 }, {}, { '=': 0.9 })
  t.equal(decodeSteps(seen, sumGrammar)[0]?.text, '3+5=')
  t.same(decodeSteps(steps({ a: 1 }, {}, { b: 1 }), sumGrammar), [])
})

t.test('a sum may have three numbers, not four', async (t) => {
  t.equal(decodeSteps(steps({ '3': 1 }, { '+': 1 }, { '4': 1 }, { x: 1 }, { '5': 1 }, { '=': 1 }), sumGrammar)[0]?.text, '3+4x5=')
  t.same(
    decodeSteps(steps({ '3': 1 }, { '+': 1 }, { '4': 1 }, { x: 1 }, { '5': 1 }, { '-': 1 }, { '2': 1 }), sumGrammar).filter(
      ({ probability }) => probability > 0.01,
    ),
    [],
  )
})

t.test('a sum in Chinese characters keeps to its own grammar', async (t) => {
  const seen = steps({ 三: 0.9 }, { 加: 0.5, 如: 0.5 }, { 五: 0.9 }, { 等: 0.9 }, { 于: 0.6, 干: 0.4 })
  t.equal(decodeSteps(seen, chineseSumGrammar)[0]?.text, '三加五等于')
  t.equal(decodeSteps(steps({ 十: 1 }, { 减: 1 }, { 去: 1 }, { 二: 1 }), chineseSumGrammar)[0]?.text, '十减去二')
  t.same(decodeSteps(steps({ 天: 1 }, { 地: 1 }), chineseSumGrammar), [])
})

t.test('where case does not count, a letter is as likely as its two cases together', async (t) => {
  const seen = steps({ c: 0.4, C: 0.35, e: 0.25 }, {}, { x: 0.3, X: 0.3, k: 0.4 })
  const [text] = decodeSteps(folded(seen, undefined), textGrammar({ length: 2, caseSensitive: false }))
  t.equal(text?.text, 'cx')
  t.ok((text?.probability ?? 0) > 0.4)
  t.equal(decodeSteps(folded(seen, 'ABCX'), textGrammar({ length: 2, alphabet: 'ABCX', caseSensitive: false }))[0]?.text, 'CX', 'as the alphabet writes it')
})

t.test('every reading keeps to its grammar, and probabilities stay within one', async (t) => {
  const row = fc.dictionary(fc.constantFrom(...'ab01+-='), fc.double({ min: 0.01, max: 0.14, noNaN: true }))
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), (rows, least, more) => {
      const readings = decodeSteps(steps(...rows), textGrammar({ alphabet: 'ab01', length: [least, least + more] }))
      for (const { text, probability } of readings) {
        assert.match(text, new RegExp(`^[ab01]{${least},${least + more}}$`))
        assert.ok(probability >= 0 && probability <= 1.05, `probability ${probability}`)
      }
      for (const { text } of decodeSteps(steps(...rows), sumGrammar)) assert.match(text, /^\d{1,4}([+-]\d{1,4}){1,2}=?=?$/)
    }),
    { numRuns: 200 },
  )
  t.pass('200 networks')
})

t.test('the network’s output is taken from hOCR as the engine writes it', async (t) => {
  const hocr = `<span class='ocr_symbol' id='symbol_1_1_1'>
      <span class='ocrx_cinfo' id='timestep1_1_1'>
       <span class='ocrx_cinfo' id='choice_1_1_1' title='x_confs 60'></span>
       <span class='ocrx_cinfo' id='choice_1_1_2' title='x_confs 30'>&amp;</span></span>
      <span class='ocrx_cinfo' id='timestep1_1_2'>
       <span class='ocrx_cinfo' id='choice_1_1_3' title='x_confs 99'>a</span></span></span>`
  t.same(
    stepsOf(hocr, (shown) => shown).map((step) => [...step]),
    [
      [
        ['', 0.6],
        ['&', 0.3],
      ],
      [['a', 0.99]],
    ],
  )
  t.same(
    stepsOf('', (shown) => shown),
    [],
  )
})
