import iconv from 'iconv-lite'
import t from 'tap'
import { encodeValue } from '../../../relay/outbound/index.ts'
import fc from '../../property.ts'

const urlencoded = (text: string, charset = 'utf-8') => encodeValue(text, { as: 'urlencoded', charset }).toString('latin1')
const multipart = (text: string, charset = 'utf-8') => encodeValue(text, { as: 'multipart', charset })

t.test('urlencoded in UTF-8 is what the URL standard serialises', async (t) => {
  t.equal(urlencoded('a b&c=d+e%*-._~é你😀'), 'a+b%26c%3Dd%2Be%25*-._%7E%C3%A9%E4%BD%A0%F0%9F%98%80')
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => `k=${urlencoded(text)}` === new URLSearchParams([['k', text]]).toString()))
})

t.test('in another charset its bytes are percent-encoded, and what it lacks becomes &#N;', async (t) => {
  t.equal(urlencoded('密码 1', 'GBK'), '%C3%DC%C2%EB+1')
  t.equal(urlencoded('€', 'windows-1252'), '%80')
  t.equal(urlencoded('パス', 'Shift_JIS'), '%83p%83X')
  t.equal(urlencoded('é你', 'ISO-8859-1'), '%E9%26%2320320%3B')
  t.equal(urlencoded('a😀', 'Big5'), 'a%26%23128512%3B')
  t.equal(multipart('é你', 'windows-1252').toString('latin1'), '\xe9&#20320;')
  t.equal(multipart('?', 'windows-1252').toString('latin1'), '?', 'a question mark is one')
})

t.test('what a charset can write is read back from it', async () => {
  for (const charset of ['GBK', 'gb18030', 'Big5', 'Shift_JIS', 'EUC-JP', 'EUC-KR', 'windows-1251', 'ISO-8859-2', 'KOI8-R', 'x-mac-cyrillic']) {
    const name = charset === 'x-mac-cyrillic' ? 'macukraine' : charset
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = iconv.decode(multipart(text, charset), name).replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
        // A text that holds such a reference itself reads the same.
        return read === text.toWellFormed().replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
      }),
    )
  }
})

t.test('a charset in which no form is written gives UTF-8; one that nothing here can write is an error', async (t) => {
  for (const charset of ['UTF-16LE', 'UTF-16BE', 'replacement', 'utf8']) t.equal(urlencoded('é', charset), '%C3%A9', charset)
  t.throws(() => urlencoded('a', 'no-such-charset'), { code: 'bad_request' })
})

t.test('a JSON string is the inside of one', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => JSON.parse(`"${encodeValue(text, { as: 'json' })}"`) === text.toWellFormed()))
})

t.test('Basic is base64 of user name, colon and value in UTF-8; a user name with a colon is refused', async (t) => {
  const encoded = encodeValue('wör:d', { as: 'basic', username: 'Aladdin' })
  t.equal(Buffer.from(encoded.toString(), 'base64').toString(), 'Aladdin:wör:d')
  t.throws(() => encodeValue('x', { as: 'basic', username: 'a:b' }), { code: 'bad_request' })
})
