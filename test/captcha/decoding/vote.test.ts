import t from 'tap'
import { calibrated, type Evidence, mixesAlike, type Stage } from '../../../captcha/decoding/calibration.ts'
import { supportOf, tally } from '../../../captcha/decoding/vote.ts'
import { ownModels } from '../../../captcha/engine/models.ts'
import fc from '../../property.ts'

const confidence = (evidence: Evidence): number => calibrated(evidence, ownModels.weights)

t.test('what more views read wins over what one view reads surely', async (t) => {
  const [best] = tally([[{ text: 'abcd', probability: 0.5 }], [{ text: 'abcd', probability: 0.5 }], [{ text: 'abed', probability: 0.9 }]], 'text', {})
  t.equal(best?.text, 'abcd')
})

t.test('texts that mean one answer are one candidate', async (t) => {
  const [sum] = tally([[{ text: '3+5', probability: 0.4 }], [{ text: '3+5=', probability: 0.6 }]], 'arithmetic', {})
  t.same(sum, { text: '3+5=', answer: '8', probability: 0.5, agreement: 1 })
  const cases = [[{ text: 'aB3', probability: 0.4 }], [{ text: 'ab3', probability: 0.5 }]]
  t.equal(tally(cases, 'text', {}).length, 2)
  t.same(tally(cases, 'text', { caseSensitive: false }), [{ text: 'ab3', answer: 'ab3', probability: 0.45, agreement: 1 }])
})

t.test('a sum without a whole value is no candidate', async (t) => {
  t.same(tally([[{ text: '7/2', probability: 0.9 }]], 'arithmetic', {}), [])
})

t.test('support is a text’s share, and little where little was read', async (t) => {
  t.equal(supportOf(0.6, 0.6), 1)
  t.equal(supportOf(0.3, 0.6), 0.5)
  t.ok(supportOf(0.001, 0.001) < 0.01)
  t.equal(supportOf(0, 0), 0)
})

t.test('agreement is the share of looks that read a text first, whatever they gave it', async (t) => {
  const [first, second] = tally(
    [
      [
        { text: 'abcd', probability: 0.3 },
        { text: 'abed', probability: 0.2 },
      ],
      [{ text: 'abcd', probability: 0.4 }],
      [{ text: 'abed', probability: 0.3 }],
      [],
    ],
    'text',
    {},
  )
  t.same([first?.text, first?.agreement], ['abcd', 0.5])
  t.same([second?.text, second?.agreement], ['abed', 0.25])
})

t.test('confidence rises with support and with agreement, and never promises certainty', async (t) => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const stage = fc.constantFrom<Stage>('first', 'second', 'further', 'chinese')
  fc.assert(
    fc.property(stage, share, share, share, share, (stage, a, b, agreement, probability) => {
      const at = (support: number): number => confidence({ stage, support, agreement, probability, caseUnsure: false })
      const [low, high] = [at(Math.min(a, b)), at(Math.max(a, b))]
      return low >= 0 && low <= high && high < 1
    }),
  )
  for (const stage of ['second', 'further', 'chinese'] as const) {
    const at = (agreement: number): number => confidence({ stage, support: 0.7, agreement, probability: 0.3, caseUnsure: false })
    t.ok(at(1) > at(0.3), `${stage}: looks that agree count`)
  }
  t.equal(confidence({ stage: 'first', support: 0, agreement: 1, probability: 1, caseUnsure: false }), 0)
})

t.test('a text whose case may be told wrong promises less', async (t) => {
  for (const text of ['aBc', 'Xa4']) t.ok(mixesAlike(text), text)
  for (const text of ['abc', 'ABC', '1234', 'aBd', '3+5']) t.notOk(mixesAlike(text), text)
  const at = (caseUnsure: boolean): number => confidence({ stage: 'further', support: 0.9, agreement: 1, probability: 0.6, caseUnsure })
  t.ok(at(true) < at(false))
})
