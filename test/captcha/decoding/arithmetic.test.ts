import assert from 'node:assert/strict'
import t from 'tap'
import { evaluate, type Operator, parseSum } from '../../../captcha/decoding/arithmetic.ts'
import fc from '../../property.ts'

const spellings: Readonly<Record<Operator, readonly string[]>> = {
  '+': ['+', '＋', '加', '加上'],
  '-': ['-', '－', '\u2212', '减', '减去'],
  '*': ['*', '＊', 'x', 'X', '×', '乘', '乘以'],
  '/': ['/', '／', '÷', '除以'],
}
const tails = ['', '=', '=?', ' = ?', '＝？', '?', '等于', '等于几', '等于？', '是多少？']
const operator = fc.constantFrom<Operator>('+', '-', '*', '/')
const number = fc.integer({ min: 0, max: 999 })

const chinese = (value: number): string => {
  const digits = [...'零一二三四五六七八九']
  const [hundreds, tens, ones] = [Math.floor(value / 100), Math.floor(value / 10) % 10, value % 10]
  if (value === 0) return '零'
  const high = hundreds > 0 ? `${digits[hundreds]}百` : ''
  const middle = tens > 0 ? `${tens === 1 && hundreds === 0 ? '' : digits[tens]}十` : hundreds > 0 && ones > 0 ? '零' : ''
  return high + middle + (ones > 0 ? digits[ones] : '')
}
const fullWidth = (value: number): string => String(value).replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))

t.test('the sums that sites print are parsed and evaluated', async (t) => {
  const known: readonly [string, number][] = [
    ['3+5=?', 8],
    ['７×２', 14],
    ['十减三', 7],
    ['12 加 5 等于', 17],
    ['8÷2=', 4],
    ['3-7', -4],
    ['二十三乘二', 46],
    ['叁加伍等于几', 8],
    ['一百零五减五', 100],
    ['两加两是多少', 4],
    ['9 x 9 = ?', 81],
    ['3+4x5=?', 23],
    ['8-2-9=?', -3],
    ['9/3x2=', 6],
    ['三乘四减五等于', 7],
    ['5-6x0', 5],
  ]
  for (const [text, value] of known) {
    const sum = parseSum(text)
    t.equal(sum === undefined ? undefined : evaluate(sum), value, text)
  }
})

t.test('any two numbers, however written, come back as they were', async (t) => {
  const written = fc.constantFrom((value: number) => String(value), fullWidth, chinese)
  fc.assert(
    fc.property(number, operator, number, written, written, fc.nat(), fc.constantFrom(...tails), (left, sign, right, writeLeft, writeRight, spelling, tail) => {
      const words = spellings[sign]
      const sum = parseSum(`${writeLeft(left)}${words[spelling % words.length]}${writeRight(right)}${tail}`)
      assert.deepEqual(sum, { numbers: [left, right], operators: [sign] })
    }),
    { numRuns: 500 },
  )
  t.pass('500 sums')
})

t.test('what is no sum is none, whatever it is', async (t) => {
  for (const text of ['', '3', '3+', '+3', '3+5+7+9', 'x7k2', '12345+1', '3+5=9', 'axb', '百百加一', '3++5']) t.equal(parseSum(text), undefined, text)
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseSum(text)))
  t.equal(parseSum(`1+1${'?'.repeat(100_000)}`), undefined, 'too long to be a sum')
})

t.test('values are whole numbers or none', async (t) => {
  t.equal(evaluate({ numbers: [7, 2], operators: ['/'] }), undefined)
  t.equal(evaluate({ numbers: [7, 0], operators: ['/'] }), undefined)
  t.equal(evaluate({ numbers: [7, 2, 2], operators: ['/', '*'] }), undefined, 'nor may a part be a fraction')
  t.ok(Object.is(evaluate({ numbers: [0, 5, 5], operators: ['-', '+'] }), 0))
  fc.assert(
    fc.property(number, fc.integer({ min: 1, max: 999 }), (a, b) => {
      assert.equal(evaluate({ numbers: [a * b, b], operators: ['/'] }), a)
      assert.equal(evaluate({ numbers: [a, b], operators: ['+'] }), a + b)
      assert.equal(evaluate({ numbers: [a, b], operators: ['-'] }), a - b)
      assert.equal(evaluate({ numbers: [a, b], operators: ['*'] }), a * b)
    }),
  )
})
