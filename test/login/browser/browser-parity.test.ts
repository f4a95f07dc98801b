import t from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import fc from '../../property.ts'
import { browserFor, html, startOrigin } from './browser-for-test.ts'

// Left out: what Chromium does otherwise than the standard (it sends what stands in a datalist), and widgets no sign-in has (colours, dates).

const skip = findChromium() === undefined ? wantedChromium : false

type Entries = readonly (readonly [name: string, value: string])[]

const text = fc.string({ unit: fc.constantFrom('a', 'é', '中', '😀', ' ', '"', '&', '+', '%', '\n', '<', "'"), maxLength: 5 })
const escaped = (value: string): string => value.replace(/[&<"]/g, (one) => `&#${one.charCodeAt(0)};`)
const named = (name: string, value: string): string => `name="${escaped(name)}" value="${escaped(value)}"`
const state = fc.constantFrom('', '', 'disabled', 'readonly', 'hidden')

const control = fc.oneof(
  fc
    .tuple(fc.constantFrom('text', 'hidden', 'password', 'email', 'search', 'tel', 'number', 'bogus', 'reset', 'button'), state, text, text)
    .map(([type, is, name, value]) => `<input type=${type} ${is} ${named(name, value)} dirname=way dir=rtl>`),
  fc
    .tuple(fc.constantFrom('checkbox', 'radio'), fc.constantFrom('', 'checked', 'checked disabled'), fc.constantFrom('a', 'b', ''), fc.option(text))
    .map(([type, is, name, value]) => `<input type=${type} ${is} name="${name}" ${value === null ? '' : `value="${escaped(value)}"`}>`),
  fc.tuple(text, state, text).map(([name, is, value]) => `<textarea name="${escaped(name)}" ${is} dirname=way>\n${escaped(value)}</textarea>`),
  fc
    .tuple(text, fc.constantFrom('', 'multiple', 'size=3'), fc.constantFrom('', 'selected', 'selected disabled'), text)
    .map(
      ([name, many, is, value]) =>
        `<select name="${escaped(name)}" ${many}><option disabled>no<optgroup ${is === '' ? 'disabled' : ''}><option ${is}> ${escaped(value)}  x </optgroup><option value="2">two</select>`,
    ),
  text.map((name) => `<fieldset disabled><legend><input name="l"></legend><input ${named(name, 'off')}><legend><input name="m"></legend></fieldset>`),
  fc.constantFrom(
    '<input type=hidden name=_charset_ value=x>',
    '<template><input name=t value=1></template>',
    '<input type=file name=f>',
    '<object name=o></object><output name=u>1</output><meter name=e value=1></meter>',
    '<button name=plain type=button value=1>x</button>',
    '<p><input name=unclosed value=1>',
  ),
)
const button = fc.constantFrom(
  '',
  '<button name=b value=1>go</button>',
  '<button>go</button>',
  '<input type=submit name=s>',
  '<input type=submit name=s disabled><input type=submit name=second value=2>',
  '<input type=image name=i alt=x>',
  '<input type=image alt=x>',
)
const form = fc.record({ controls: fc.array(control, { maxLength: 6 }), button, outside: fc.option(control) })

/** In the page: what each form would send by its first button that can be pressed, as Enter does. */
const inChromium = `[...document.forms].map((form) => {
  const submitter = [...form.elements, ...form.querySelectorAll('input[type=image]')].find((it) => it.form === form && /^(submit|image)$/.test(it.type) && it.matches('input, button') && !it.matches(':disabled'))
  return [...new FormData(form, submitter)].map(([name, value]) => [name, typeof value === 'string' ? value : value.name])
})`

t.test('what a form sends is what Chromium makes of the same form', { skip }, async (t) => {
  const forms = fc.sample(form, 150)
  const sources = forms.map(({ controls, button, outside }, index) => {
    const associated = outside === null ? '' : outside.replace(/^<(input|textarea|select)/, `<$1 form=f${index}`)
    return `${associated}<form id=f${index} novalidate method=post action="/to">${controls.join('')}${button}</form>`
  })
  const { at, seen } = await startOrigin(t, ({ url }, response) => html(response, url === '/start' ? `<!doctype html><body>${sources.join('\n')}` : ''))
  const start = `${at('127.0.0.1')}/start`

  const chromium = await launchChromium()
  t.teardown(() => chromium.close())
  const page = await chromium.newPage()
  await page.goto(start, { waitUntil: 'domcontentloaded' })
  const theirs: readonly Entries[] = await page.evaluate(inChromium)
  await chromium.close()

  const opened = await browserFor(t, [at('127.0.0.1')], { pages: 1000 }).open(start)
  t.equal(opened.forms.length, theirs.length)
  for (const [index, expected] of theirs.entries()) {
    seen.length = 0
    await opened.forms[index]?.submit()
    const ours = [...new URLSearchParams(seen[0]?.body.toString())]
    const wanted = expected.map((entry) => entry.map((part) => part.replace(/\r\n|\r|\n/g, '\r\n')))
    if (JSON.stringify(ours) !== JSON.stringify(wanted)) t.same(ours, wanted, `${sources[index]}`)
  }
  t.ok(theirs.flat().length > 100, 'they held something')
})
