import t from 'tap'
import { encodeEntries } from '../../relay/login/browser/forms/encode-entries.ts'
import { isRefused } from '../../relay/traffic/forms/judge-answer.ts'
import { readForm } from '../../relay/traffic/forms/read-form.ts'
import fc from '../property.ts'

const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed() && !/[\r\n]/.test(value))
const entries = fc.array(fc.record({ name: text.filter((name) => name !== '' && !/["%]/.test(name)), value: text }), { minLength: 1, maxLength: 20 })

t.test('what a browser writes is read back, urlencoded and as multipart', async () => {
  fc.assert(
    fc.property(entries, fc.constantFrom('application/x-www-form-urlencoded', 'multipart/form-data'), (fields, enctype) => {
      const { contentType, body } = encodeEntries(fields, enctype, 'utf-8')
      const read = readForm(contentType, Buffer.concat(body as Buffer[]))
      return JSON.stringify(read) === JSON.stringify(fields)
    }),
  )
})

t.test('JSON gives every text in it, by the last key', async (t) => {
  const body = Buffer.from(JSON.stringify({ user: { old: 'a', list: [{ new: 'b' }] }, number: 1, nothing: null }))
  t.same(readForm('application/json; charset=UTF-8', body), [
    { name: 'old', value: 'a' },
    { name: 'new', value: 'b' },
  ])
})

t.test('whatever comes, reading ends and throws nothing', async () => {
  const types = ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json', 'text/plain', 'multipart/form-data; boundary']
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 400 }), (type, bytes) => {
      const read = readForm(type, Buffer.from(bytes))
      return read === undefined || Array.isArray(read)
    }),
  )
  const deep = `${'{"a":'.repeat(50_000)}"x"${'}'.repeat(50_000)}`
  readForm('application/json', Buffer.from(deep))
})

t.test('what is not UTF-8, not whole or has too many fields is not read', async (t) => {
  const urlencoded = 'application/x-www-form-urlencoded'
  t.equal(readForm(urlencoded, Buffer.from('a=%C3%28')), undefined)
  t.equal(readForm(`${urlencoded}; charset=gbk`, Buffer.from('a=b')), undefined)
  t.equal(readForm(urlencoded, Buffer.from('a=b&'.repeat(300))), undefined)
  t.equal(readForm('multipart/form-data; boundary=x', Buffer.from('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb')), undefined)
  t.equal(readForm('text/html', Buffer.from('a=b')), undefined)
})

t.test('an answer that plainly refuses is told from one that may not', async (t) => {
  const html = (body: string, status = 200) => isRefused({ status, contentType: 'text/html', contentEncoding: '', body: Buffer.from(body) })
  const json = (body: unknown) => isRefused({ status: 200, contentType: 'application/json', contentEncoding: '', body: Buffer.from(JSON.stringify(body)) })
  t.ok(html('', 403))
  t.notOk(html('', 303))
  t.ok(html('<input type="password" name=a><INPUT name=b type=password>'), 'the form came back')
  t.notOk(html('<p>Your password was changed</p>'))
  for (const no of [{ success: false }, { ok: false }, { error: 'x' }, { errors: ['x'] }, { status: 'error' }, { code: 500 }, { code: '1001' }, false])
    t.ok(json(no), JSON.stringify(no))
  for (const yes of [{ success: true }, { code: 0 }, { code: 200, errors: [] }, {}, { status: 'ok' }, null]) t.notOk(json(yes), JSON.stringify(yes))
  for (const contentEncoding of ['gzip', 'br', 'deflate', 'zstd']) {
    t.notOk(isRefused({ status: 200, contentType: 'text/html', contentEncoding, body: Buffer.from('not that') }), contentEncoding)
  }
})
