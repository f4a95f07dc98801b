import t from 'tap'
import { checkSvg, withoutStrokes } from '../../../captcha/pictures/svg.ts'
import { draw } from '../../../captcha/training/drawing/draw.ts'
import { isRelayError } from '../../../relay/errors.ts'
import fc from '../../property.ts'

const svg = (inside: string, attributes = ''): string => `<svg xmlns="http://www.w3.org/2000/svg" width="150" height="50" ${attributes}>${inside}</svg>`
const reasonAgainst = (text: string | Buffer): string => {
  try {
    checkSvg(Buffer.from(text))
    return ''
  } catch (error) {
    if (!isRelayError(error, 'captcha_unreadable')) throw error
    return String(error.params.reason)
  }
}
const refused = (text: string | Buffer): boolean => reasonAgainst(text) !== ''
const glyph = '<path fill="#333" d="M1 1L9 9"/>'

t.test('drawings pass as they are', async (t) => {
  for (const { svg: drawn } of await draw({ noise: 3 }, 5, 1)) t.equal(checkSvg(Buffer.from(drawn)).text, drawn)
  t.notOk(refused(`<?xml version="1.0" encoding="UTF-8"?><!-- made by us -->${svg(glyph)}`))
  t.notOk(refused(svg('<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><text fill="url(#a)">x7k2</text>')))
})

t.test('an SVG that reaches outside itself is refused', async (t) => {
  const reaching = [
    svg('<image href="http://192.0.2.1/x.png"/>'),
    svg('<image xlink:href="file:///etc/passwd"/>'),
    svg('<use href="other.svg#a"/>'),
    svg('<linearGradient href="http://192.0.2.1/a.svg#b"/>'),
    svg('<linearGradient href="&#104;ttp://192.0.2.1/a.svg#b"/>'),
    svg('<path fill="url(http://192.0.2.1/a.svg#b)" d="M0 0"/>'),
    svg('<path style="fill:u&#x72;l(http://192.0.2.1/a.svg#b)" d="M0 0"/>'),
    svg('<path style="fill:u\\72l(http://192.0.2.1/a.svg#b)" d="M0 0"/>'),
    svg('<style>@import "http://192.0.2.1/a.css";</style>'),
    svg('<a href="#x"><path d="M0 0"/></a>'),
    `<?xml-stylesheet href="http://192.0.2.1/a.css"?>${svg(glyph)}`,
    `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://192.0.2.1/svg11.dtd">${svg(glyph)}`,
  ]
  for (const text of reaching) t.ok(refused(text), text)
})

t.test('an SVG with entities, scripts or another encoding is refused', async (t) => {
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')
  t.match(reasonAgainst(`<!DOCTYPE svg [<!ENTITY l0 "lol">${laughs}]>${svg('<text>&l9;</text>')}`), 'entities')
  t.match(reasonAgainst(`<!DOCTYPE svg [<!ENTITY f SYSTEM "file:///etc/passwd">]>${svg('<text>&f;</text>')}`), 'entities')
  t.ok(refused(svg('<script>fetch("http://192.0.2.1")</script>')))
  t.ok(refused(svg('<svg:script>1</svg:script>')))
  t.match(reasonAgainst(svg(glyph, 'onload="alert(1)"')), 'scripts')
  t.ok(refused(svg('<![CDATA[<script>]]>')))
  t.ok(refused(svg('<filter id="f"><feTurbulence/></filter>')))
  t.ok(refused(Buffer.from(`\ufeff${svg('<script/>')}`, 'utf16le')))
  t.ok(refused(`<?xml version="1.0" encoding="UTF-7"?>${svg(glyph)}`))
  t.ok(refused(svg('<g>'.repeat(6000))))
})

t.test('whatever the text, it is passed or refused, never anything else', async (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '<svg>', '<!--', '<?xml ', '&#'), (text, start) => void refused(start + text)))
  t.notOk(refused(svg('<text>&#9999999999;&#xffffffff;</text>')), 'a character beyond the last code point refers to nothing')
  t.notOk(
    refused(svg(`${'<text style="font-family:Arial,sans-serif" font="x">a</text>'.repeat(40)}<path font-family="A, B" d="M${'1,2 '.repeat(400)}"/>`)),
    'a few fonts, often',
  )
  t.notOk(refused(svg('<text>&#abc;&#x;&#;</text>')), 'nor does one without a number')
})

t.test('noise strokes go, glyphs stay', async (t) => {
  for (const { svg: drawn } of await draw({ noise: 3 }, 5, 2)) {
    const cleaned = withoutStrokes(drawn)
    t.equal(drawn.match(/<path/g)?.length, 7)
    t.equal(cleaned.match(/<path/g)?.length, 4)
    t.notMatch(cleaned, 'stroke=')
  }
  t.equal(withoutStrokes(svg(`<line x1="0" y1="0" x2="9" y2="9" stroke="red"/>${glyph}`)), svg(glyph))
  t.equal(withoutStrokes(svg(`<polyline points="0,0 9,9" style="fill:none;stroke:#f00"></polyline>${glyph}`)), svg(glyph))
})

t.test('a text that is itself drawn in strokes stays', async (t) => {
  const stroked = svg('<path stroke="#000" fill="none" d="M1 1L9 9"/>')
  t.equal(withoutStrokes(stroked), stroked)
})
