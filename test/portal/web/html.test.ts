import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseFragment } from 'parse5'
import t from 'tap'
import { html } from '../../../relay/portal/pages/html.ts'
import { readVectors, vectorsMissing } from '../../attacks/vectors.ts'
import fc from '../../property.ts'
import { attribute, elements, text } from '../document.ts'

/** What a parser gives back: NUL and lone surrogates cannot stand in a document; line ends are one character. */
function asParsed(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\ufffd').replace(/\r\n?/g, '\n')
}

function standsAsText(value: string): boolean {
  const fragment = parseFragment(html`<p title="${value}">${value}</p>`.text)
  const [paragraph, another] = elements(fragment)
  return paragraph !== undefined && another === undefined && text(paragraph) === asParsed(value) && attribute(paragraph, 'title') === asParsed(value)
}

t.test('any value stands in a page as text, in content and in attributes', async (t) => {
  const markup = fc.string({ unit: 'binary', maxLength: 60 })
  const outcome = fc.check(fc.property(markup, standsAsText), { numRuns: 2000 })
  t.notOk(outcome.failed, JSON.stringify(outcome.counterexample))
})

t.test('pieces of markup stand in a page as text', async (t) => {
  const tokens = ['<', '>', '"', "'", '&', '&lt;', '&#39;', '</p>', '<script>', 'onload=', '-->', '<!--', ']]>', '\r\n', '\0', '=', ' ', '/']
  const pairs = tokens.flatMap((first) => tokens.map((second) => first + second))
  t.same(
    pairs.filter((pair) => !standsAsText(pair)),
    [],
  )
})

t.test('every naughty string stands in a page as text', { skip: vectorsMissing('naughty-strings') }, async (t) => {
  const strings = readVectors<string[]>('naughty-strings/blns.json')
  t.ok(strings.length > 500)
  t.same(
    strings.filter((value) => !standsAsText(value)),
    [],
  )
})

t.test('markup passes as it is, lists are joined, nothing is nothing', async (t) => {
  t.equal(html`<ul>${['<a>', 'b'].map((item) => html`<li>${item}</li>`)}</ul>`.text, '<ul><li>&lt;a&gt;</li><li>b</li></ul>')
  t.equal(html`a${undefined}${false}${null}${''}b${0}`.text, 'ab0')
})

t.test('no page fills a value into an unquoted attribute, a script, a style or a comment', async (t) => {
  const folder = join(import.meta.dirname, '../../../relay/portal/pages')
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const source = readFileSync(join(folder, file), 'utf8')
    t.notMatch(source, /\s[a-z-]+=\$\{/, `${file}: attributes are quoted`)
    t.notMatch(source, /<style|<!--|<script(?! src=)|\son[a-z]+="|\sstyle="/, `${file}: nothing inline`)
  }
})
