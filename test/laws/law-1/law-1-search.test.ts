import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import t from 'tap'
import { tempFolder } from '../../temp-folder.ts'
import { filesIn, formsIn, formsOf, newCanary } from '../canary.ts'

// Law 1 is held by a search: here it is shown to find what it looks for, in each form, wherever it stands.

const around = Buffer.from('HTTP/1.1 200 OK\r\nSet-Cookie: sid=1\r\n\r\n<html><p>Hello</p>')

/** How a password is written by those who write it; none of it is taken from the search itself. */
const spellings: Readonly<Record<string, (password: string) => Buffer>> = {
  'as it is': (password) => Buffer.from(password),
  encodeURIComponent: (password) => Buffer.from(encodeURIComponent(password)),
  'encodeURIComponent, small hexadecimal digits': (password) => Buffer.from(encodeURIComponent(password).replace(/%../g, (byte) => byte.toLowerCase())),
  'a form body': (password) => Buffer.from(new URLSearchParams({ user: 'ann', password, go: '1' }).toString()),
  'a query': (password) => Buffer.from(Object.assign(new URL('http://a.test/'), { search: new URLSearchParams({ password }).toString() }).href),
  JSON: (password) => Buffer.from(JSON.stringify({ user: 'ann', password })),
  'JSON within JSON': (password) => Buffer.from(JSON.stringify({ body: JSON.stringify({ password }) })),
  HTML: (password) => Buffer.from(`<input value="${password.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)}">`),
  'HTML by name': (password) => Buffer.from(password.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
  hex: (password) => Buffer.from(Buffer.from(password).toString('hex')),
  HEX: (password) => Buffer.from(Buffer.from(password).toString('hex').toUpperCase()),
  'UTF-16LE': (password) => Buffer.from(password, 'utf16le'),
  GBK: (password) => iconv.encode(password, 'gbk'),
  'GBK in base64': (password) => Buffer.from(iconv.encode(password, 'gbk').toString('base64')),
  'HTTP Basic of ann': (password) => Buffer.from(`Authorization: Basic ${Buffer.from(`ann:${password}`).toString('base64')}`),
  'HTTP Basic of anne': (password) => Buffer.from(`Authorization: Basic ${Buffer.from(`anne:${password}`).toString('base64')}`),
  'HTTP Basic of annie': (password) => Buffer.from(`Authorization: Basic ${Buffer.from(`annie:${password}`).toString('base64')}`),
  'base64url in a token': (password) => Buffer.from(Buffer.from(JSON.stringify({ p: password })).toString('base64url')),
  'cut after its core': (password) => Buffer.from(password.slice(0, -1)),
  'cut before its core': (password) => Buffer.from(password.slice(password.indexOf('k'))),
}

for (const start of ['cäná', '密码', '']) {
  t.test(`a canary that begins with "${start}" is found however it is written`, async (t) => {
    const canary = newCanary(start)
    const other = newCanary(start)
    for (const [name, write] of Object.entries(spellings)) {
      for (const bytes of [write(canary.value), Buffer.concat([around, write(canary.value), around])]) {
        t.not(formsIn([other, canary], bytes).length, 0, name)
        t.same(formsIn([other], bytes), [], `${name}: another one is not`)
      }
    }
  })

  t.test(`each form of a canary that begins with "${start}" is found by its own needle, and a byte less is not it`, async (t) => {
    const canary = newCanary(start)
    for (const { name, needle } of formsOf(canary)) {
      t.ok(formsIn([canary], Buffer.concat([around, needle, around])).includes(name), name)
      t.ok(needle.length >= 14, `${name}: too long to come about by chance`)
    }
    t.same(formsIn([canary], around), [])
  })
}

t.test('a canary in a file is found, in any folder, and in a file’s name', async (t) => {
  const folder = await tempFolder(t)
  const canary = newCanary()
  await writeFile(join(folder, 'clean'), 'nothing')
  const find = async () => (await filesIn(folder)).filter(({ bytes }) => formsIn([canary], bytes).length > 0).length
  t.equal(await find(), 0)
  await writeFile(join(folder, 'store.json'), JSON.stringify({ records: [{ secret: Buffer.from(canary.value).toString('base64') }] }))
  t.equal(await find(), 1)
  await writeFile(join(folder, `${canary.core}.tmp`), '')
  t.equal(await find(), 2)
})
