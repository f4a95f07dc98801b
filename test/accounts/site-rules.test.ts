import t from 'tap'
import type { Site } from '../../relay/accounts/index.ts'
import { checkSite } from '../../relay/accounts/rules/site-rules.ts'
import { isRelayError } from '../../relay/errors.ts'
import { readVectors, vectorsMissing } from '../attacks/vectors.ts'
import { createTestAuthority } from '../outbound/certificates.ts'
import fc from '../property.ts'

type NewSite = Omit<Site, 'createdAt'>

const erp: NewSite = {
  id: 'erp',
  origins: ['https://erp.example', 'https://login.example:8443'],
  loginUrl: 'https://login.example:8443/login?next=%2F',
  landingUrl: 'https://erp.example/home',
  adapter: 'form',
  settings: { userField: 'user' },
  delivery: 'attach',
  networks: ['public'],
}

function problemOf(site: NewSite): string | undefined {
  try {
    checkSite(site)
    return undefined
  } catch (error) {
    if (!isRelayError(error, 'bad_request')) throw error
    return String(error.params.problem)
  }
}

/** The site at this one origin. */
function at(origin: string): NewSite {
  const { landingUrl: _, ...rest } = erp
  return { ...rest, origins: [origin], loginUrl: `${origin}/` }
}

t.test('a site is kept as it is, without what its type does not name', async (t) => {
  t.strictSame(checkSite({ ...erp, evil: 1 } as NewSite), erp)
})

t.test('origins a site may have', async (t) => {
  const origins = [
    'http://localhost:8080',
    'http://intranet',
    'https://192.0.2.1',
    'http://[::1]:8080',
    'https://xn--bcher-kva.example',
    'https://me.github.io',
    'https://erp.local',
  ]
  for (const origin of origins) t.equal(problemOf(at(origin)), undefined, origin)
})

t.test('origins a site may not have', async (t) => {
  const table: [string, RegExp][] = [
    ['https://co.uk', /public suffix/],
    ['https://github.io', /public suffix/],
    ['https://com', /public suffix/],
    ['https://com:8443', /public suffix/],
    ['https://erp.example.', /labels/],
    ['https://co.uk.', /labels/],
    ['https://erp.example/', /serialises/],
    ['https://ERP.example', /serialises/],
    ['https://erp.example:443', /serialises/],
    ['https://ann:pw@erp.example', /serialises/],
    ['https://bücher.example', /serialises/],
    ['https://0x7f.1', /serialises/],
    ['https://*.example', /labels/],
    ['https://a"b.example', /labels/],
    ["https://a'+alert(1)+'.example", /labels/],
    ['https://-a.example', /labels/],
    ['https://a..example', /labels/],
    ['ftp://erp.example', /http/],
    ['javascript:alert(1)', /http/],
    ['file://', /http/],
    ['null', /http/],
    ['', /http/],
  ]
  for (const [origin, problem] of table) t.match(problemOf({ ...erp, origins: [...erp.origins, origin] }), problem, origin)
})

t.test('a site needs an origin, and each once', async (t) => {
  t.match(problemOf({ ...erp, origins: [] }), /1 to 32/)
  t.match(problemOf({ ...erp, origins: [...erp.origins, 'https://erp.example'] }), /twice/)
})

t.test('login and landing addresses lie at the site itself', async (t) => {
  for (const key of ['loginUrl', 'landingUrl'] as const) {
    for (const address of ['https://evil.example/', 'http://erp.example/', 'javascript:alert(1)', '//evil.example', '', 'https://erp.example:444/']) {
      t.match(problemOf({ ...erp, [key]: address }), /address is not/, `${key} ${address}`)
    }
    t.match(problemOf({ ...erp, [key]: 'https://ann:pw@erp.example/' }), /user name or password/)
  }
})

t.test('site ids', async (t) => {
  for (const id of ['erp', '9', 'erp.example', 'a-b.c-9', 'a--b', 'x'.repeat(100)]) t.equal(problemOf({ ...erp, id }), undefined, id)
  for (const id of ['', 'ERP', 'a b', '.', '..', '-a', 'a-', 'a/b', '__proto__', 'a\n', 'é', 'x'.repeat(101)]) t.match(problemOf({ ...erp, id }), /site id/, id)
})

t.test('naughty strings are no site ids, or are kept unchanged', { skip: vectorsMissing('naughty-strings') }, async (t) => {
  for (const [index, id] of readVectors<string[]>('naughty-strings/blns.json').entries()) {
    const problem = problemOf({ ...erp, id })
    if (problem === undefined) t.equal(checkSite({ ...erp, id }).id, id)
    else t.match(problem, /site id/, `string ${index}`)
  }
})

t.test('only serialised origins pass', async () => {
  const text = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string({ unit: 'binary' }),
    fc.domain().map((host) => `https://${host}`),
  )
  fc.assert(fc.property(text, (origin) => problemOf(at(origin)) !== undefined || new URL(origin).origin === origin))
})

t.test('the rest of a site is checked', async (t) => {
  t.match(problemOf({ ...erp, adapter: '../evil' }), /adapter/)
  t.match(problemOf({ ...erp, delivery: 'mail' as never }), /delivery/)
  t.match(problemOf({ ...erp, networks: [] }), /networks/)
  t.match(problemOf({ ...erp, networks: ['public', 'public'] }), /networks/)
  t.match(problemOf({ ...erp, networks: ['any' as never] }), /networks/)
  t.match(problemOf({ ...erp, settings: [] as never }), /settings/)
  t.match(problemOf({ ...erp, settings: { long: 'x'.repeat(70_000) } }), /settings/)
})

t.test('a CA file holds certificates and nothing else', async (t) => {
  const { cert, key } = await createTestAuthority()
  t.equal(problemOf({ ...erp, ca: cert }), undefined)
  t.equal(problemOf({ ...erp, ca: `the company's CA\n${cert}\n${cert}` }), undefined)
  t.match(problemOf({ ...erp, ca: `${cert}\n${key}` }), /CA file/, 'a private key would lie in the store in clear')
  const encrypted = key.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n')
  t.match(problemOf({ ...erp, ca: `${cert}\n${encrypted}` }), /CA file/, 'an encrypted one too')
  t.match(problemOf({ ...erp, ca: '' }), /CA file/)
  t.match(problemOf({ ...erp, ca: 'x' }), /CA file/)
  t.match(problemOf({ ...erp, ca: cert.replace('MII', 'MIJ') }), /CA file/)
})
