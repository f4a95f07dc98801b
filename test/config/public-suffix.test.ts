import { readFileSync } from 'node:fs'
import t from 'tap'
import { isPublicSuffix } from '../../config/index.ts'
import { vectorsMissing } from '../attacks/vectors.ts'

const vectors = new URL('../../../shared/vectors/public-suffix/tests.txt', import.meta.url)

/** Lines of a host and its registrable domain, or null. */
function readCases(): [string, string | null][] {
  return readFileSync(vectors, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('//') && !line.startsWith('null'))
    .map((line) => {
      const [host = '', domain = ''] = line.split(/\s+/)
      return [host, domain === 'null' ? null : domain]
    })
}

t.test('hosts and their registrable domains, from the public suffix list', { skip: vectorsMissing('public-suffix') }, async (t) => {
  for (const [host, domain] of readCases()) {
    // A URL has no host that begins with a dot; a single label that no list names is an intranet host, and covers only itself.
    if (host.startsWith('.') || host === 'example') continue
    const inUrl = new URL(`https://${host}/`).hostname
    t.equal(isPublicSuffix(inUrl), domain === null, host)
    if (domain !== null) t.equal(isPublicSuffix(new URL(`https://${domain}/`).hostname), false, domain)
  }
})

t.test('suffixes of the private part of the list count', async (t) => {
  for (const host of ['github.io', 'herokuapp.com', 'co.uk', 'com', 'dev', 'uk.com']) t.equal(isPublicSuffix(host), true, host)
  for (const host of ['me.github.io', 'example.co.uk', 'example.com']) t.equal(isPublicSuffix(host), false, host)
})

t.test('intranet names, localhost and addresses are hosts', async (t) => {
  for (const host of ['localhost', 'intranet', 'erp', 'erp.local', 'erp.internal', '192.0.2.1', '[2001:db8::1]', '[::1]'])
    t.equal(isPublicSuffix(host), false, host)
})
