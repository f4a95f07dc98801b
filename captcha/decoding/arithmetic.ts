/**
 * Sums as captchas ask them: `3+5=?`, `７×２`, `十减三`, `12 加 5 等于`, `8-2x3=?`. Two or three whole numbers, evaluated exactly.
 */

export type Operator = '+' | '-' | '*' | '/'

export interface Sum {
  /** Two or three. */
  readonly numbers: readonly number[]
  /** Between them. */
  readonly operators: readonly Operator[]
}

/** Every way a captcha writes an operator. */
export const operators: Readonly<Record<string, Operator>> = {
  '+': '+',
  加: '+',
  '-': '-',
  '\u2212': '-',
  '\u2013': '-',
  减: '-',
  減: '-',
  '*': '*',
  x: '*',
  X: '*',
  '×': '*',
  '✕': '*',
  乘: '*',
  '/': '/',
  '÷': '/',
  除: '/',
}

const digits: Readonly<Record<string, number>> = { 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 兩: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 }
const capitals: Readonly<Record<string, string>> = {
  壹: '一',
  贰: '二',
  叁: '三',
  肆: '四',
  伍: '五',
  陆: '六',
  柒: '七',
  捌: '八',
  玖: '九',
  拾: '十',
  佰: '百',
}

/** A longer text is no sum a person is asked. */
const longest = 40

/** The sum a text asks, or `undefined` where it is none. Numbers up to four digits; only the question's tail (`=?`, `等于几`) may follow. */
export function parseSum(text: string): Sum | undefined {
  if (text.length > longest) return undefined
  // Full-width forms (U+FF01 to U+FF5E) become ASCII by NFKC.
  const plain = [...text.normalize('NFKC').replace(/\s+/g, '')].map((character) => capitals[character] ?? character).join('')
  const asked = plain.replace(/(是?多少|等于?几?|=)?[?？]*$/u, '').replace(/(=|等于?)$/u, '')
  if (!whole.test(asked)) return undefined
  const numbers: number[] = []
  for (const part of asked.split(sign)) {
    const number = numberOf(part)
    if (number === undefined) return undefined
    numbers.push(number)
  }
  return { numbers, operators: [...asked.matchAll(sign)].map(([written]) => operators[written.charAt(0)] as Operator) }
}

const numeral = '[\\d零〇一二两兩三四五六七八九十百]+'
const sign = new RegExp(
  `加上?|减去?|減去?|乘以?|除以?|[${Object.keys(operators)
    .map((written) => `\\u{${written.codePointAt(0)?.toString(16)}}`)
    .join('')}]`,
  'gu',
)
const whole = new RegExp(`^${numeral}(?:(?:${sign.source})${numeral}){1,2}$`, 'u')

/**
 * The value, times and divided by before plus and minus, or `undefined` where it, or a part of it, is not a whole number: no captcha asks
 * for a fraction.
 */
export function evaluate({ numbers, operators: signs }: Sum): number | undefined {
  const [first = Number.NaN, ...rest] = numbers
  let [total, product] = [0, first]
  for (const [index, number] of rest.entries()) {
    const by = signs[index]
    if (by === '*') product *= number
    else if (by === '/') product /= number
    else {
      total += product
      product = by === '-' ? -number : number
    }
    if (!Number.isInteger(product)) return undefined
  }
  // Not the negative zero that 0 times a negative number is.
  return total + product + 0
}

function numberOf(text: string): number | undefined {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  return chineseNumber(text)
}

/** 0 to 999 in Chinese numerals (`二十三`, `百零五`), or digit by digit (`一二`). */
function chineseNumber(text: string): number | undefined {
  if (/^[零〇一二两兩三四五六七八九]{1,4}$/u.test(text)) return Number([...text].map((digit) => digits[digit]).join(''))
  const parts = /^(?:([一二两兩三四五六七八九])?(百))?[零〇]?(?:([一二两兩三四五六七八九])?(十))?([一二两兩三四五六七八九])?$/u.exec(text)
  if (parts === null) return undefined
  const [, hundreds, hundred, tens, ten, ones] = parts
  const value = (digit: string | undefined, unit: string | undefined): number => (unit === undefined ? 0 : digit === undefined ? 1 : (digits[digit] ?? 0))
  return value(hundreds, hundred) * 100 + value(tens, ten) * 10 + (ones === undefined ? 0 : (digits[ones] ?? 0))
}
