import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode as quoted } from 'node:querystring'
import t from 'tap'
import { encodeValue } from '../../../relay/outbound/index.ts'
import { scrubberOf } from '../../../relay/outbound/secrets/scrub.ts'
import { processorTime } from '../../processor-time.ts'
import fc from '../../property.ts'

const scrub = (text: string, value: string, charset = 'utf-8') => scrubberOf({ value, charset })(text)

/** Every form of a value that a page, a header or an error may show. */
function forms(value: string): Record<string, string> {
  const bytes = Buffer.from(value)
  const html = value.replace(/[&<>"']/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? '&#39;')
  return {
    raw: value,
    urlencoded: encodeValue(value, { as: 'urlencoded', charset: 'utf-8' }).toString(),
    'encodeURIComponent, lower case': encodeURIComponent(value).replace(/%../g, (byte) => byte.toLowerCase()),
    'encoded twice': encodeURIComponent(encodeURIComponent(value)),
    'every byte': Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    querystring: quoted({ k: value }).slice(2),
    html,
    'html, decimal': Array.from(value, (character) => `&#${character.codePointAt(0)};`).join(''),
    'html, hex': Array.from(value, (character) => `&#x${character.codePointAt(0)?.toString(16).toUpperCase()};`).join(''),
    json: JSON.stringify(value).slice(1, -1),
    'json in json': JSON.stringify(JSON.stringify(value)).slice(3, -3),
    'json, slashes escaped': JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'),
    'json, all escaped': Array.from({ length: value.length }, (_, index) => `\\u${value.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''),
    hex: bytes.toString('hex'),
    'hex, upper case': bytes.toString('hex').toUpperCase(),
    'read as latin1': bytes.toString('latin1'),
  }
}

t.test('every form of a value is replaced', async (t) => {
  for (const value of ['correct horse', 'p&s<"\'>/\\ß€你😀', 'a+b=c%d e?', '\t\n\r', 'x.*+?^$[]()|{}', '&#39;', '\\u0041']) {
    for (const [form, text] of Object.entries(forms(value))) {
      t.equal(scrub(`<<${text}>>`, value), '<<[secret]>>', `${JSON.stringify(value)}: ${form}`)
    }
  }
})

t.test('base64 and base64url are replaced wherever the value stands in them', async (t) => {
  for (const value of ['hunter2', 'p?s>~ß/+', 'abc']) {
    for (const before of ['', 'u', 'us', 'user:']) {
      for (const after of ['', '1', '22', '333']) {
        const whole = Buffer.from(before + value + after)
        for (const text of [whole.toString('base64'), whole.toString('base64url'), encodeURIComponent(whole.toString('base64'))]) {
          const scrubbed = scrub(text, value)
          t.match(scrubbed, '[secret]', `${value} in ${JSON.stringify(before + value + after)}`)
          // Of what is left at its edges no character of the value can be told.
          const left = scrubbed.split('[secret]').map((part) => Buffer.from(part, 'base64').toString('latin1'))
          t.notOk(left.some((part) => part.includes(value.slice(0, 2)) || part.includes(value.slice(-2))))
        }
      }
    }
  }
})

t.test('a value is found in the charset it was written in', async (t) => {
  for (const charset of ['GBK', 'Shift_JIS', 'windows-1252', 'Big5']) {
    const value = 'pässwörd密码'
    const bytes = encodeValue(value, { as: 'multipart', charset })
    const texts = [encodeValue(value, { as: 'urlencoded', charset }).toString(), bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('base64')]
    for (const text of texts) t.equal(scrub(`(${text})`, value, charset).replace(/=*\)$/, ')'), '([secret])', `${charset}: ${text}`)
  }
})

t.test('a value of one or two characters is replaced only where it stands alone', async (t) => {
  t.equal(scrub('password=ab&x=cab ab.', 'ab'), 'password=[secret]&x=cab [secret].')
  t.equal(scrub('q=%26 and &amp; here', '&'), 'q=[secret] and [secret] here')
  t.equal(scrub('abc', 'abc'), '[secret]')
})

t.test('text without the value stays as it is', async () => {
  fc.assert(fc.property(fc.lorem(), (text) => scrub(text, 'Tr0ub4dor&3') === text))
})

t.test('any value is found in any of its forms, whatever surrounds it', async () => {
  const values = fc.string({ unit: 'binary', minLength: 3, maxLength: 20 }).filter((value) => value.isWellFormed())
  fc.assert(fc.property(values, (value) => Object.values(forms(value)).every((text) => !scrub(`"${text}"`, value).includes(text) || text === '')))
})

t.test('a long value in ASCII is found in any of its forms, at all alignments of base64, in each charset', async () => {
  const values = fc.string({ unit: 'binary-ascii', minLength: 9, maxLength: 60 })
  fc.assert(
    fc.property(values, fc.string({ maxLength: 4 }), fc.constantFrom('utf-8', 'GBK', 'Shift_JIS', 'Big5', 'windows-1252'), (value, before, charset) => {
      const inBase64 = (['base64', 'base64url', 'hex'] as const).map((as) => Buffer.from(before + value).toString(as))
      const scrubbed = scrubberOf({ value, charset })
      return [...Object.values(forms(value)), ...inBase64].every((text) => scrubbed(`"${text}"`).includes('[secret]'))
    }),
  )
})

const blns = join(import.meta.dirname, '../../../../shared/vectors/naughty-strings/blns.json')
t.test('naughty strings as passwords are found', { skip: !process.env.CI && !existsSync(blns) && 'the vectors are not here' }, async (t) => {
  const strings: string[] = JSON.parse(readFileSync(blns, 'utf8'))
  const began = processorTime()
  for (const [index, value] of strings.entries()) {
    if (Array.from(value).length < 3) continue
    const missed = Object.entries(forms(value)).filter(([, text]) => scrub(`"${text}"`, value).includes(text))
    t.strictSame(
      missed.map(([form]) => form),
      [],
      `string ${index}`,
    )
  }
  t.ok(processorTime() - began < 20_000)
})

t.test('rows of backslashes in a page cost what they are long', async (t) => {
  const row = '\\'.repeat(200_000)
  const began = processorTime()
  // By the square of their length it would be minutes.
  for (const value of ['hunter2secret', 'short', '\\n\\secret', 'a\\b\\c']) t.equal(scrub(row, value), row)
  t.ok(processorTime() - began < 2000)
  t.equal(scrub(`${row}u0068unter2secret`, 'hunter2secret').endsWith('[secret]'), true, 'what is escaped behind one is found')
})

t.test('a page that says almost the whole value back costs no more than any other', async (t) => {
  const value = 'correct horse battery staple and forty-two more'
  const almost = value.slice(0, -1)
  const began = processorTime()
  for (const text of [almost, encodeURIComponent(almost), almost.replaceAll(' ', '+'), JSON.stringify(almost)]) t.equal(scrub(text, value), text)
  t.ok(processorTime() - began < 2000)
})
