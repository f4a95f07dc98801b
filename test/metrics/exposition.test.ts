import t from 'tap'
import { exposition, type Family, Histogram, labelled, processFamilies } from '../../relay/metrics/index.ts'
import fc from '../property.ts'

/** A strict reader of the text format: HELP, TYPE and samples of one family stand together. */
function read(text: string): Map<string, number> {
  t.ok(text.endsWith('\n'))
  const values = new Map<string, number>()
  let family = ''
  for (const line of text.slice(0, -1).split('\n')) {
    if (line.startsWith('# HELP ')) {
      family = line.split(' ')[2] as string
      t.match(family, /^[a-z_]+$/)
    } else if (line.startsWith('# TYPE ')) t.match(line, new RegExp(`^# TYPE ${family} (?:counter|gauge|histogram)$`))
    else {
      const sample = /^([a-z_]+)(?:\{([a-z_]+="(?:[^"\\\n]|\\\\|\\"|\\n)*"(?:,[a-z_]+="(?:[^"\\\n]|\\\\|\\"|\\n)*")*)\})? (-?[0-9.e+-]+)$/.exec(line)
      if (sample === null) throw new Error(`not a sample: ${line}`)
      t.ok(sample[1]?.startsWith(family), line)
      const key = `${sample[1]}${sample[2] === undefined ? '' : `{${sample[2]}}`}`
      t.notOk(values.has(key), `${key} stands once`)
      values.set(key, Number(sample[3]))
    }
  }
  return values
}

t.test('a histogram counts cumulatively, in seconds', async (t) => {
  const histogram = new Histogram([5, 100])
  for (const ms of [1, 5, 6, 100, 2000]) histogram.observe(ms)
  const values = read(exposition([histogram.family('login_relay_request_duration_seconds', 'x')]))
  t.strictSame(Object.fromEntries(values), {
    'login_relay_request_duration_seconds_bucket{le="0.005"}': 2,
    'login_relay_request_duration_seconds_bucket{le="0.1"}': 4,
    'login_relay_request_duration_seconds_bucket{le="+Inf"}': 5,
    login_relay_request_duration_seconds_sum: 2.112,
    login_relay_request_duration_seconds_count: 5,
  })
})

t.test('no label can end its line or its string', async () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (labels) => {
      const family: Family = labelled(
        'login_relay_sign_ins_total',
        'counter',
        'two\nlines \\',
        'outcome',
        labels.map((label) => [label, 1]),
      )
      return read(exposition([family])).size === labels.length
    }),
    { numRuns: 100 },
  )
})

t.test('the process itself is told', async (t) => {
  const values = read(exposition(processFamilies('1.2.3')))
  t.equal(values.get('login_relay_build_info{version="1.2.3"}'), 1)
  t.ok((values.get('process_resident_memory_bytes') as number) > 1e6)
})
