import { readFileSync } from 'node:fs'
import t from 'tap'
import { encodeEntries } from '../../../relay/login/browser/forms/encode-entries.ts'
import type { Part } from '../../../relay/outbound/index.ts'
import { vectorsMissing } from '../../attacks/vectors.ts'
import fc from '../../property.ts'
import { browserFor, html, secretFor, startOrigin } from './browser-for-test.ts'

const folder = new URL('../../../../shared/vectors/', import.meta.url)

interface Case {
  readonly enctype: string
  readonly accept_charset?: string
  readonly name: string
  readonly value: string
  readonly body?: string
  readonly part_name_latin1?: string
  readonly part_value_latin1?: string
}

function bytes(parts: readonly Part[]): Buffer {
  return Buffer.concat(parts as Buffer[])
}

t.test('names and values are encoded byte for byte as browsers encode them: Web Platform Tests', { skip: vectorsMissing('wpt-html') }, async (t) => {
  const { cases } = JSON.parse(readFileSync(new URL('wpt-html/form-encoding.json', folder), 'utf8')) as { cases: Case[] }
  for (const one of cases) {
    const { contentType, body } = encodeEntries([one], one.enctype, one.accept_charset ?? 'UTF-8')
    const boundary = /boundary=(.*)$/.exec(contentType)?.[1]
    const wanted =
      boundary === undefined
        ? one.body
        : `--${boundary}\r\nContent-Disposition: form-data; name="${one.part_name_latin1}"\r\n\r\n${one.part_value_latin1}\r\n--${boundary}--\r\n`
    t.equal(bytes(body).toString('latin1'), wanted, JSON.stringify(one))
  }
})

t.test('what is urlencoded in an encoding reads back as it was', async (t) => {
  const decoders: Record<string, fc.Arbitrary<string>> = {
    'UTF-8': fc.string({ unit: 'grapheme' }),
    gbk: fc.string({ unit: fc.constantFrom('中', '文', '密', '码', 'a', ' ', '&', '=', '+', '%') }),
    big5: fc.string({ unit: fc.constantFrom('中', '文', '帳', '號', 'z', '~') }),
    shift_jis: fc.string({ unit: fc.constantFrom('パ', 'ス', '語', 'x', '!') }),
  }
  for (const [charset, texts] of Object.entries(decoders)) {
    fc.assert(
      fc.property(texts, (value) => {
        const text = bytes(encodeEntries([{ name: 'p', value }], 'application/x-www-form-urlencoded', charset).body).toString('latin1')
        const raw = text.slice(2).replaceAll('+', ' ')
        const back = new TextDecoder(charset).decode(
          Buffer.from(
            raw.replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
            'latin1',
          ),
        )
        return back === value.replace(/\r\n?|\n/g, '\r\n')
      }),
    )
  }
  t.pass('held')
})

/** Opens `page`, does something with its first form, and gives what the server received. */
async function send(
  t: Parameters<typeof startOrigin>[0],
  page: string | Buffer,
  options: { type?: string; act?: (form: NonNullable<Awaited<ReturnType<typeof open>>>['form']) => Promise<unknown> } = {},
) {
  const { form, origin } = await open(t, page, options.type)
  await (options.act ?? ((one) => one.submit()))(form)
  const sent = origin.seen.at(-1)
  return { url: sent?.url, method: sent?.method, body: sent?.body.toString('latin1') ?? '', headers: sent?.headers ?? {}, raw: sent?.body }
}

async function open(t: Parameters<typeof startOrigin>[0], page: string | Buffer, type?: string) {
  const origin = await startOrigin(t, ({ url }, response) => html(response, url === '/dir/' ? page : 'sent', type))
  const opened = await browserFor(t, [origin.at()]).open(`${origin.at()}/dir/`)
  const [form] = opened.forms
  if (form === undefined) throw new Error('the page has no form')
  return { form, origin, page: opened }
}

t.test('only successful controls are sent, in the order of the page', async (t) => {
  const { body, url, method } = await send(
    t,
    `<form method=POST action=go?x=1>
      <input name=user value=ann><input type=hidden name=csrf value=tok><input value=nameless>
      <input name=off disabled value=1><fieldset disabled><legend><input name=inLegend value=y></legend><input name=inSet value=n></fieldset>
      <input type=checkbox name=unticked><input type=checkbox name=ticked checked><input type=radio name=r value=1><input type=radio name=r value=2 checked>
      <select name=s><option>first<option value=2 selected>second</select><select name=d><option disabled>no<option>yes</select><select name=m multiple><option selected>a<option selected>b</select>
      <textarea name=t>\n line</textarea><input type=button name=b value=b><button type=reset name=re>r</button>
      <input type=submit name=go value=Go><input type=submit name=other value=Other>
    </form>`,
  )
  t.equal(body, 'user=ann&csrf=tok&inLegend=y&ticked=on&r=2&s=2&d=yes&m=a&m=b&t=+line&go=Go')
  t.equal(url, '/dir/go?x=1')
  t.equal(method, 'POST')
})

t.test('the button that is pressed counts: its name, and where and how it sends', async (t) => {
  const page =
    '<form method=post action=a><input name=u value=1><input type=image name=img src=x><button name=b value=two formaction=/elsewhere formmethod=get>Two</button></form>'
  t.equal((await send(t, page, { act: (form) => form.submit('img') })).body, 'u=1&img.x=0&img.y=0')
  const second = await send(t, page, { act: (form) => form.submit('b') })
  t.equal(second.url, '/elsewhere?u=1&b=two')
  t.equal(second.method, 'GET')
})

t.test('controls belong to the form that was open in the source, though a table moved it', async (t) => {
  const page =
    '<table><form method=post action=go><tr><td>Name:</td><td><input name=u></td></tr><tr><td>Password:</td><td><input type=password name=p></td></tr></form></table><input name=outside>'
  const { form } = await open(t, page)
  t.strictSame(
    form.fields.map(({ name, label }) => [name, label]),
    [
      ['u', 'Name:'],
      ['p', 'Password:'],
    ],
  )
})

t.test('a control says by `form` which form it belongs to', async (t) => {
  const { body } = await send(
    t,
    '<form id=f method=post></form><input form=f name=a value=1><form id=g><input name=b value=2><input form=nobody name=c></form>',
  )
  t.equal(body, 'a=1')
})

t.test('an empty action is the page itself; a base moves every other', async (t) => {
  t.equal((await send(t, '<base href=/base/><form method=post action=""><input name=a></form>')).url, '/dir/')
  t.equal((await send(t, '<base href=/base/><form method=post action=go><input name=a></form>')).url, '/base/go')
})

t.test('a GET form takes the place of the query of its action', async (t) => {
  t.equal((await send(t, '<form action=go?old=1><input name=q value="a b"></form>')).url, '/dir/go?q=a+b')
})

t.test('a page in GBK is read in GBK, and its form sent in it', async (t) => {
  const page = Buffer.concat([
    Buffer.from('<meta charset=gb2312><form method=post><input name=u><p>'),
    Buffer.from([0xd6, 0xd0, 0xce, 0xc4]),
    Buffer.from('</form>'),
  ])
  const { form, origin, page: opened } = await open(t, page, 'text/html')
  t.equal(opened.text, '中文')
  await form.fill('u', '中文😀').submit()
  t.equal(origin.seen.at(-1)?.body.toString(), 'u=%D6%D0%CE%C4%26%23128512%3B', 'what GBK lacks becomes a character reference')
})

t.test('a form names the encoding it is sent in by `accept-charset`: the first label that is one', async (t) => {
  for (const [label, body] of [
    ['gbk', 'u=%D6%D0'],
    ['x-none, Big5 utf-8', 'u=%A4%A4'],
    ['UTF-16LE', 'u=%E4%B8%AD'],
    ['x-none', 'u=%E4%B8%AD'],
  ] as const) {
    const { form, origin } = await open(t, `<meta charset=utf-8><form method=post accept-charset="${label}"><input name=u></form>`)
    await form.fill('u', '中').submit()
    t.equal(origin.seen.at(-1)?.body.toString(), body, label)
  }
})

t.test('a secret is filled in by the agent: the form holds a handle', async (t) => {
  const { form, origin } = await open(t, '<form method=post><input name=u><input type=password name=p></form>')
  form.fill('u', 'ann').fill('p', secretFor('s3 cr&t', [origin.at()]))
  t.notMatch(JSON.stringify(form.fields), /s3/)
  await form.submit()
  t.equal(origin.seen.at(-1)?.body.toString(), 'u=ann&p=s3+cr%26t')
})

t.test('a secret in a multipart form and in a GET form arrives whole', async (t) => {
  const multipart = await open(t, '<form method=post enctype=multipart/form-data><input type=password name=p></form>')
  await multipart.form.fill('p', secretFor('s3cret', [multipart.origin.at()])).submit()
  t.match(multipart.origin.seen.at(-1)?.body.toString(), /name="p"\r\n\r\ns3cret\r\n/)
  const get = await open(t, '<form action=in><input type=password name=p></form>')
  const page = await get.form.fill('p', secretFor('s3cret', [get.origin.at()])).submit()
  t.equal(get.origin.seen.at(-1)?.url, '/dir/in?p=s3cret')
  t.notMatch(page.url.href, /s3cret/, 'the address the adapter sees does not have it')
})

t.test('a field that is not there is an error, not a guess', async (t) => {
  const { form } = await open(t, '<form><input name=u></form>')
  t.throws(() => form.fill('nope', 'x'), /no such field/)
  t.throws(() => form.check('u'), /no such field/)
  await t.rejects(form.submit('nope'), /no such button/)
})

t.test('of several fields of one name that one is filled in which a person could reach', async (t) => {
  for (const [twins, sent] of [
    ['<input type=password name=pass disabled><input type=password name=pass>', 'pass=it'],
    ['<input type=hidden name=pass><input type=password name=pass>', 'pass=&pass=it'],
    ['<div hidden><input name=pass></div><input type=password name=pass>', 'pass=&pass=it'],
    ['<input name=pass><input type=password name=pass>', 'pass=it&pass='],
  ] as const) {
    const origin = await startOrigin(t, (_request, response) => html(response, `<form method=post action=/to>${twins}</form>`))
    const [form] = (await browserFor(t, [origin.at()]).open(origin.at())).forms
    await form?.fill('pass', 'it').submit()
    t.equal(origin.seen.at(-1)?.body.toString(), sent, twins)
  }
})
