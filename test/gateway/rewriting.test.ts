import t from 'tap'
import { rewritePolicy } from '../../relay/gateway/rewrite/content-security-policy.ts'
import { createHtmlRewriter, lockedHint } from '../../relay/gateway/rewrite/html-rewriter.ts'
import { createOriginMap } from '../../relay/gateway/rewrite/origin-map.ts'
import { createTextRewriter, type TextRewriter } from '../../relay/gateway/rewrite/text-rewriter.ts'
import fc from '../property.ts'

const map = createOriginMap([
  ['https://erp.site.test', 'https://erp.relay.test'],
  ['https://files.site.test:8443', 'https://erp--2.relay.test'],
])
const html = (): TextRewriter => createHtmlRewriter(map, { locksPasswords: false })

function rewrite(rewriter: TextRewriter, text: string, cuts: readonly number[] = []): string {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, i) => rewriter.write(text.slice(from, places[i] ?? text.length))).join('') + rewriter.end()
}

t.test('addresses in the tags and styles of a page lead to the gateway, whatever way they are written', async (t) => {
  for (const [given, wanted] of [
    ['<a href="https://erp.site.test/a?b#c">x</a>', '<a href="https://erp.relay.test/a?b#c">x</a>'],
    ["<a href='HTTPS://ERP.site.test'>x</a>", "<a href='https://erp.relay.test'>x</a>"],
    ['<a href=https://erp.site.test/a>x</a>', '<a href=https://erp.relay.test/a>x</a>'],
    ['<a href="//files.site.test:8443/f">x</a>', '<a href="//erp--2.relay.test/f">x</a>'],
    ['<a href="http://erp.site.test/old">x</a>', '<a href="https://erp.relay.test/old">x</a>'],
    ['<img srcset="https://erp.site.test/1 1x, https://erp.site.test/2 2x">', '<img srcset="https://erp.relay.test/1 1x, https://erp.relay.test/2 2x">'],
    ['<form action="https://erp.site.test/f" method=post>', '<form action="https://erp.relay.test/f" method=post>'],
    ['<meta http-equiv="Refresh" content="5; url=https://erp.site.test/n">', '<meta http-equiv="Refresh" content="5; url=https://erp.relay.test/n">'],
    ['<p style="background:url(https://erp.site.test/i)">', '<p style="background:url(https://erp.relay.test/i)">'],
    ['<style>@import "https://erp.site.test/c";</style>', '<style>@import "https://erp.relay.test/c";</style>'],
    ['<link rel=stylesheet href="/c.css" integrity="sha256-x">', '<link rel=stylesheet href="/c.css" >'],
    ['<base href="https://erp.site.test/app/">', '<base href="https://erp.relay.test/app/">'],
  ] as const) {
    t.equal(rewrite(html(), given), wanted)
  }
})

t.test('what is not an address of the site, or is text for a person, a script or a form, stays byte by byte', async (t) => {
  for (const text of [
    '<a href="https://erp.site.test.evil.test/">x</a>',
    '<a href="https://erp.site.test:8443/">x</a>',
    '<a href="https://files.site.test/">x</a>',
    '<a href="https://other.test/?next=https://erp.site.test/">x</a>',
    '<p>https://erp.site.test/</p>',
    '<script>fetch("https://erp.site.test/api")</script>',
    '<script>"<a href=\'https://erp.site.test/\'>"</script>',
    '<textarea>see <a href="https://erp.site.test/"></textarea>',
    '<input type=hidden name=back value="https://erp.site.test/">',
    '<!-- <a href="https://erp.site.test/"> -->',
    '<link rel=preload href="/x.js" integrity="sha256-x">',
  ]) {
    t.equal(rewrite(html(), text), text)
  }
})

t.test('a page comes out the same wherever it is cut, and as it was where it names the site nowhere', async () => {
  const piece = fc.constantFrom(
    ...['<a href="', 'https://erp.site.test', '/x">', '</a>', '<style>', 'url(//erp.site.test/)', '</style>', '<!--', '-->', '<script>', '</script>', 'é\xff'],
    ...[
      '\r\n',
      '<',
      '&amp;',
      '"',
      "'",
      '<textarea>',
      '</textarea>',
      '<img src=//files.site.test:8443/a ',
      '>',
      '<svg><style>',
      '</svg>',
      '<![CDATA[',
      ']]>',
      '\0',
    ],
  )
  const page = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(page, fc.array(fc.nat(2000), { maxLength: 6 }), (text, cuts) => {
      const whole = rewrite(html(), text)
      const other = createHtmlRewriter(createOriginMap([['https://nowhere.test', 'https://x.relay.test']]), { locksPasswords: false })
      return (
        rewrite(html(), text, cuts) === whole && rewrite(other, text, cuts) === text && whole.replaceAll(/erp(--2)?\.relay\.test/g, '').length <= text.length
      )
    }),
    { numRuns: 400 },
  )
})

t.test('addresses at the beginning of JSON strings lead to the gateway, also in HTML inside them, and nothing else changes', async (t) => {
  const given = '{"a":"https:\\/\\/erp.site.test\\/x","b":"//erp.site.test","c":"see https://erp.site.test","d":"<a href=\\"https://erp.site.test/\\">"}'
  const wanted = '{"a":"https:\\/\\/erp.relay.test\\/x","b":"//erp.relay.test","c":"see https://erp.site.test","d":"<a href=\\"https://erp.relay.test/\\">"}'
  for (let cut = 0; cut < given.length; cut++) t.equal(rewrite(createTextRewriter(map, 'json'), given, [cut]), wanted)
})

t.test('style sheets lead to the gateway wherever they are cut', async (t) => {
  const given = '@import "https://erp.site.test/a.css"; b { background: url( //erp.site.test/i.png) } /* https://erp.site.test/ */'
  const wanted = '@import "https://erp.relay.test/a.css"; b { background: url( //erp.site.test/i.png) } /* https://erp.site.test/ */'
  for (let cut = 0; cut < given.length; cut++) t.equal(rewrite(createTextRewriter(map, 'css'), given, [cut]), wanted)
})

t.test('a policy lets in the gateway where it lets in the site, and reports to nobody', async (t) => {
  t.equal(
    rewritePolicy("default-src 'self' https://erp.site.test; connect-src wss://erp.site.test *.site.test:8443; report-uri /r; frame-ancestors 'none'", map),
    "default-src 'self' https://erp.site.test https://erp.relay.test; connect-src wss://erp.site.test *.site.test:8443 wss://erp.relay.test https://erp--2.relay.test; frame-ancestors 'none'",
  )
})

t.test('nobody types a password into a login page at the gateway', async (t) => {
  const rewriter = createHtmlRewriter(map, { locksPasswords: true })
  t.equal(rewrite(rewriter, '<input type="password" name=p>'), `<input disabled placeholder="${lockedHint}" type="password" name=p>`)
})

t.test('a tag without end is not kept whole: what follows passes as it is', async (t) => {
  const rewriter = html()
  const piece = ' x'.repeat(1 << 19)
  let [given, got] = ['<p ', rewriter.write('<p ')]
  for (let count = 0; count < 10; count++) {
    given += piece
    got += rewriter.write(piece)
  }
  const page = '<a href="https://erp.site.test/order">'
  t.equal(got + rewriter.write(page) + rewriter.end(), given + page)
})
