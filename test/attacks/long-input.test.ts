import t from 'tap'
import { readingsOf } from '../../relay/control/paths/path-readings.ts'
import { isPicture } from '../../relay/login/captcha/is-picture.ts'
import { parseSetCookie } from '../../relay/login/cookies/parse-set-cookie.ts'
import { writeHead } from '../../relay/outbound/http2/write-head.ts'
import { isRefused } from '../../relay/traffic/forms/judge-answer.ts'
import { swapPlaceholder } from '../../relay/traffic/forms/swap-placeholder.ts'
import { textBetweenTags } from '../../relay/traffic/forms/text-between-tags.ts'
import { processorTime } from '../processor-time.ts'

/** What a site or a client may send that a careless expression reads by the square of its length, or worse. */
const readers: Readonly<Record<string, () => unknown>> = {
  'document types in place of a picture': () => isPicture(Buffer.from('<!DOCTYPE\tSVG:SVG>'.repeat(200))),
  'tabs within a cookie': () => parseSetCookie(`a=${'\t'.repeat(60_000)}x`),
  'spaces within a path': () => readingsOf(`/${'. '.repeat(40_000)}x`),
  'tabs within a header': () => writeHead({ method: 'GET', path: '/', headers: ['a', ` x${'\t'.repeat(60_000)}x`] }, 'a.test'),
  'fields that do not end': () =>
    isRefused({ status: 200, contentType: 'text/html', contentEncoding: '', body: Buffer.from('<input type="a" '.repeat(60_000)) }),
  'styles that do not end': () => textBetweenTags('<style'.repeat(100_000)),
  'tags that do not end': () => textBetweenTags('<'.repeat(1_000_000)),
  'strings before a placeholder': () =>
    swapPlaceholder(Buffer.from(`{"${'\\"'.repeat(100_000)}:"P"}`), {
      contentType: 'application/json',
      field: 'a',
      placeholder: 'P',
      charset: 'utf-8',
    } as Parameters<typeof swapPlaceholder>[1]),
}

for (const [title, read] of Object.entries(readers))
  t.test(`${title} are read at the cost of their length`, async (t) => {
    const began = processorTime()
    read()
    t.ok(processorTime() - began < 1000)
  })

t.test('the text of a page is what stands between its tags', async (t) => {
  t.equal(textBetweenTags('<p>Wrong <b>password</b></p><script>if (a < b) "</p>"</script><style>p{}</style >!').replace(/\n+/g, '|'), '|Wrong |password|!')
  t.equal(textBetweenTags('a < b'), 'a < b')
  t.equal(textBetweenTags('a<SCRIPT>b'), 'a\n')
})
