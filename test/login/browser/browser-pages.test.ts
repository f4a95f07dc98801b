import { readFileSync } from 'node:fs'
import t from 'tap'
import { visibleText } from '../../../relay/login/browser/elements/visible-text.ts'
import { decodePage } from '../../../relay/login/browser/html/decode-page.ts'
import { parseRefresh } from '../../../relay/login/browser/html/meta-refresh.ts'
import { parseHtml } from '../../../relay/login/browser/html/parse-html.ts'
import { vectorsMissing } from '../../attacks/vectors.ts'
import fc from '../../property.ts'
import { browserFor, html, startOrigin } from './browser-for-test.ts'

const folder = new URL('../../../../shared/vectors/', import.meta.url)

t.test('the encoding of a page is found where the HTML standard finds it: html5lib', { skip: vectorsMissing('html-charset') }, async (t) => {
  for (const file of ['tests1.dat', 'tests2.dat', 'test-yahoo-jp.dat']) {
    const text = readFileSync(new URL(`html-charset/${file}`, folder), 'latin1')
    for (const block of text.split(/^#data\n/m).slice(1)) {
      const [data = '', encoding = ''] = block.split(/\n#encoding\n/)
      const found = decodePage(Buffer.from(data, 'latin1'), 'text/html').encoding
      t.equal(new TextDecoder(found).encoding, new TextDecoder(encoding.trim()).encoding, data.slice(0, 80))
    }
  }
})

t.test('a refresh is read as browsers read it: Web Platform Tests', { skip: vectorsMissing('wpt-html') }, async (t) => {
  const { cases } = JSON.parse(readFileSync(new URL('wpt-html/meta-refresh.json', folder), 'utf8'))
  for (const { content, seconds, url } of cases) {
    const refresh = parseRefresh(content)
    t.equal(refresh?.seconds ?? null, seconds, JSON.stringify(content))
    if (seconds !== null) t.equal(refresh?.url ?? null, url, JSON.stringify(content))
  }
})

t.test('no bytes make a page that cannot be read', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.string(), (bytes, type) => {
      const { text } = decodePage(Buffer.from(bytes), type)
      return typeof visibleText(parseHtml(text).root) === 'string'
    }),
  )
  t.pass('held')
})

t.test('elements in elements without end are refused: browsers put a bound to them too, and by the square of its length it would be minutes', async (t) => {
  t.equal(visibleText(parseHtml(`${'<div>'.repeat(900)}end`).root), 'end')
  for (const deep of ['<div>', '<b><i>', '<table><tr><td>'])
    t.throws(() => parseHtml(deep.repeat(100_000), 'erp'), { code: 'site_too_big', message: /1000 elements, one in the other/ }, deep)
  t.equal(visibleText(parseHtml('<p>one'.repeat(50_000)).root).length, 50_000 * 4 - 1, 'side by side they may be many')
})

t.test('the text of a page is what a person would see', async (t) => {
  const root = parseHtml(
    '<title>t</title><style>a{}</style><script>x</script><p>One <b>two</b></p><p hidden>no</p><div style="display: none">no</div>three<br>four',
  ).root
  t.equal(visibleText(root), 'One two\nthree\nfour')
})

t.test('redirects are followed with the method the standard says', async (t) => {
  const origin = await startOrigin(t, ({ url }, response) => {
    const status = Number(url.slice(1))
    if (status > 0) response.writeHead(status, { location: '/end#part' }).end()
    else html(response, url === '/form' ? '<form method=post><input name=a value=1></form>' : 'end')
  })
  for (const [status, method, body] of [
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'a=1'],
    [308, 'POST', 'a=1'],
  ] as const) {
    const browser = browserFor(t, [origin.at()])
    const page = await browser.open(`${origin.at()}/form`)
    const form = page.forms[0]
    if (form === undefined) return t.fail('no form')
    Object.assign(form, { action: new URL(`/${status}`, page.url) })
    const end = await form.submit()
    t.equal(origin.seen.at(-1)?.method, method, String(status))
    t.equal(origin.seen.at(-1)?.body.toString(), body, String(status))
    t.equal(end.url.hash, '#part')
    t.equal(end.redirects.length, 1)
  }
})

t.test('a page that moves on by itself is followed, by meta and by header; a slow one is not', async (t) => {
  const origin = await startOrigin(t, ({ url }, response) => {
    if (url === '/meta') html(response, '<meta http-equiv=Refresh content="0; url=/end">')
    else if (url === '/header') response.setHeader('refresh', '1;url=/end').end()
    else if (url === '/slow') html(response, '<meta http-equiv=refresh content="60; url=/end">')
    else html(response, 'end')
  })
  for (const [path, end] of [
    ['/meta', '/end'],
    ['/header', '/end'],
    ['/slow', '/slow'],
  ] as const) {
    t.equal((await browserFor(t, [origin.at()]).open(origin.at() + path)).url.pathname, end, path)
  }
})

t.test('redirects without end, too many requests and pages too large are given up', async (t) => {
  let served = 0
  const origin = await startOrigin(t, ({ url }, response) => {
    if (url === '/big') {
      const timer = setInterval(() => {
        served += 65_536
        if (!response.write(Buffer.alloc(65_536))) return
      }, 0)
      response.on('close', () => clearInterval(timer))
    } else response.writeHead(302, { location: url === '/a' ? '/b' : '/a' }).end()
  })
  await t.rejects(browserFor(t, [origin.at()]).open(`${origin.at()}/a`), { code: 'site_redirects' })
  await t.rejects(browserFor(t, [origin.at()], { pages: 5 }).open(`${origin.at()}/a`), { code: 'site_too_big' })
  await t.rejects(browserFor(t, [origin.at()], { pageBytes: 300_000 }).open(`${origin.at()}/big`), { code: 'site_too_big' })
  t.ok(served < 20_000_000, 'the rest was not read')
})

t.test("a page leads nowhere but to the site's own origins", async (t) => {
  const origin = await startOrigin(t, ({ url }, response) => (url === '/out' ? response.writeHead(302, { location: '/' }).end() : html(response, 'x')))
  const browser = browserFor(t, [origin.at()])
  await t.rejects(browser.open(origin.at('other.test')), { code: 'destination_refused' })
  await t.rejects(browser.open('file:///etc/passwd'), { code: 'destination_refused' })
})

t.test('images are given in order, those in the form first, inline ones too', async (t) => {
  const pixel = Buffer.from('pixel')
  const origin = await startOrigin(t, ({ url }, response) => {
    if (url === '/c.png') response.setHeader('content-type', 'image/png').end(pixel)
    else
      html(
        response,
        `<img src=/logo.png alt=Logo><form><img src="/c.png" id=cap><img src="data:image/gif;base64,${pixel.toString('base64')}"><svg class=s><path d="M0"/></svg></form>`,
      )
  })
  const page = await browserFor(t, [origin.at()]).open(origin.at())
  const images = page.images(page.forms[0])
  t.strictSame(
    images.map(({ id, className, alt }) => id + className + alt),
    ['cap', '', 's', 'Logo'],
  )
  t.strictSame(await images[0]?.fetch(), pixel)
  t.strictSame(await images[1]?.fetch(), pixel)
  t.match(String(await images[2]?.fetch()), /^<svg xmlns="[^"]*" xmlns:xlink="[^"]*" class="s"><path d="M0">/)
  t.equal(origin.seen.at(-1)?.headers.referer, `${origin.at()}/`)
})
