import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { builtInAdapters } from '../../adapters/index.ts'
import { type Accounts, cookieRules, createDeclarations, type Declarations } from '../../relay/accounts/index.ts'
import { openSecret } from '../../relay/vault/open-secret.ts'
import { outboundForTest } from '../outbound/outbound-for-test.ts'
import { erp, openRooms } from './open-rooms.ts'

const site = { ...erp, settings: { form: 'login', fields: { user: 'user', password: 'pass' } } }

interface Sites {
  readonly accounts: Accounts
  readonly declarations: Declarations
  readonly folder: string
  /** Another relay on the same files. */
  again(): Declarations
  edit(change: (text: string) => string): Promise<void>
}

async function openSites(t: Test): Promise<Sites> {
  const { accounts, folder } = await openRooms(t)
  const sites = join(folder, 'sites')
  const outbound = outboundForTest(t, { 'east.test': ['203.0.113.1', '8.8.8.8'], 'inside.test': ['10.9.0.4'], 'gone.test': [] })
  const again = () =>
    createDeclarations({
      folder: sites,
      accounts,
      adapters: { schemaOf: (name) => builtInAdapters.find((one) => one.name === name)?.settings, adapterNames: () => builtInAdapters.map(({ name }) => name) },
      checkReach: (site) => outbound.checkEndpoints(site),
      log: pino({ level: 'silent' }),
    })
  const declarations = again()
  await declarations.add(site)
  const file = join(sites, 'erp.yaml')
  return { accounts, declarations, folder: sites, again, edit: async (change) => writeFile(file, change(await readFile(file, 'utf8'))) }
}

t.test('an enrolled site has a file that says what it is, and says the same when it is read', async (t) => {
  const { accounts, declarations, folder } = await openSites(t)
  const text = await readFile(join(folder, 'erp.yaml'), 'utf8')
  t.match(text, 'login: https://login.example/login')
  t.match(text, '    user: user')
  t.match(text, '# Secrets go to these origins and nowhere else.')
  t.same(await readdir(folder), ['erp.yaml'], 'nothing is left beside it')
  t.match(await declarations.list(), [{ site: 'erp', declared: { state: 'same' } }])
  t.same(await declarations.reload(), [])
  t.match(accounts.site('erp'), site)
})

t.test('the cookies of a site are said by name, and what changes of them is told', async (t) => {
  const { accounts, declarations, edit } = await openSites(t)
  await edit((text) => `${text}\ncookies:\n  lang: relayed\n  "ad_*": suppressed\n`)
  t.match(await declarations.reload(), [{ changes: ['the cookie `lang` is new', 'the cookie `ad_*` is new'] }])
  t.same(accounts.site('erp')?.cookies, { lang: 'relayed', 'ad_*': 'suppressed' })
  t.match(await declarations.text('erp'), 'lang: relayed')
  const rules = cookieRules({ cookies: { 'a*': 'relayed', 'ab*': 'suppressed', abc: 'managed', '*': 'copied' } })
  t.same(
    ['a', 'ab', 'abc', 'abcd', 'ABC'].map((name) => rules?.kindOf(name)),
    ['relayed', 'suppressed', 'managed', 'suppressed', 'copied'],
  )
  t.equal(cookieRules({}), undefined)
})

t.test('what is edited is taken over by a reload and by a start, and the accounts stay', async (t) => {
  const { accounts, declarations, again, edit } = await openSites(t)
  const { id } = await accounts.addAccount({ owner: 'ann', siteId: 'erp', username: 'ann', secrets: { password: 'secret one' } })
  await edit((text) => text.replace('user: user', 'user: login_name # they renamed it'))
  t.match(await declarations.list(), [{ declared: { state: 'changed', changes: ['the setting `fields` is another'], widens: [] } }])
  t.match(await declarations.reload(), [{ site: 'erp', did: 'taken-over' }])
  t.match(accounts.site('erp')?.settings, { fields: { user: 'login_name' } })
  await edit((text) => text.replace('delivery: attach', 'delivery: handoff'))
  await again().start()
  t.match(accounts.site('erp'), { delivery: 'handoff' })
  t.equal(openSecret((await accounts.credential(id)).secrets.password as object, 'https://login.example'), 'secret one')
})

const wideners: Readonly<Record<string, readonly [change: (text: string) => string, told: RegExp]>> = {
  'another origin': [(text) => text.replace('origins:', 'origins:\n  - https://evil.example'), /secrets may go to https:\/\/evil\.example too/],
  'an http login address': [
    (text) => text.replace('login: https://login.example/login', 'login: http://erp.example/login'),
    /http:\/\/erp\.example, unencrypted/,
  ],
  'a server at another address': [
    (text) => `${text}\nendpoints:\n  - address: east.test:8443\n`,
    /secrets may go to east\.test:8443 as a server of https:\/\/erp\.example/,
  ],
  'another kind of network': [(text) => text.replace('  - public', '  - public\n  - loopback'), /its hosts may resolve to loopback addresses/],
}

for (const [what, [change, told]] of Object.entries(wideners)) {
  t.test(`law 2: ${what} in a file waits for a yes, and only to what was shown`, async (t) => {
    const { accounts, declarations, again, edit } = await openSites(t)
    const before = accounts.site('erp')
    const { id } = await accounts.addAccount({ owner: 'ann', siteId: 'erp', username: 'ann', secrets: { password: 'secret one' } })
    await edit(change)
    await again().start()
    const [waits] = await declarations.reload()
    if (waits?.did !== 'waits') return t.fail('it waits')
    t.match(waits.widens.join(), told)
    t.equal(accounts.site('erp'), before, 'nothing was changed')
    await edit((text) => `${text}\n# edited since\n`)
    await t.rejects(declarations.reload({ site: 'erp', digest: waits.digest }), { code: 'declaration_moved_on' })
    t.equal(accounts.site('erp'), before)
    const [shown] = await declarations.reload()
    t.match(await declarations.reload({ site: 'erp', digest: shown?.did === 'waits' ? shown.digest : '' }), [{ did: 'taken-over' }])
    t.not(accounts.site('erp'), before)
    t.ok((await accounts.credential(id)).secrets.password, 'its credential opens there')
  })
}

const mistakes: Readonly<Record<string, readonly [change: (text: string) => string, told: RegExp]>> = {
  'a key that is missing': [(text) => text.replace(/networks:\n(?: +- \w+\n)+/, ''), /erp\.yaml:\d+: networks: is missing; it must be a list/],
  'a key that is not known': [(text) => text.replace('delivery:', 'delivry:'), /erp\.yaml:\d+: delivry: is not a known key; the nearest is `delivery`/],
  'a setting that is not known': [
    (text) => text.replace('user: user', 'usr: user'),
    /erp\.yaml:\d+: settings\.fields\.usr: is not a known key; the nearest is `user`/,
  ],
  'an adapter that is not there': [(text) => text.replace('adapter: form', 'adapter: from'), /adapter: there is no such adapter; the nearest is `form`/],
  'no YAML': [(text) => `${text}\n  : [`, /erp\.yaml:\d+: YAML/],
  'a cookie of no kind': [(text) => `${text}\ncookies:\n  lang: kept\n`, /cookies\.lang: /],
  'a cookie with a star within': [(text) => `${text}\ncookies:\n  l*g: relayed\n`, /cookies: the name of a cookie is one/],
  'a session held open for ever': [(text) => `${text}\nkeepAlive:\n  everyMinutes: 10\n  hours: 9999\n`, /keepAlive: in keepAlive, hours is 1 to 720/],
  'an endpoint that is a URL': [
    (text) => `${text}\nendpoints:\n  - address: https://east.test\n`,
    /endpoints: in endpoints, an address is `host` or `host:port`/,
  ],
  'a range of clients that is none': [
    (text) => `${text}\nendpoints:\n  - address: east.test\n    clients: [10.0.0.0/33]\n`,
    /endpoints: in endpoints, clients are ranges of addresses/,
  ],
  'health without endpoints': [(text) => `${text}\nhealth: { path: /healthz }\n`, /health: in health, there are no endpoints/],
  'a health page elsewhere': [
    (text) => `${text}\nendpoints: [{ address: east.test }]\nhealth: { path: //evil.example/ }\n`,
    /health: in health, path is a path/,
  ],
  'a path that is all': [(text) => `${text}\ndenyPaths:\n  paths: [/]\n`, /denyPaths: in denyPaths, the path `\/` is the whole site/],
  'a key twice': [(text) => `${text}\ndelivery: attach\n`, /YAML: duplicate key/],
  'an address that is none': [
    (text) => text.replace('login: https://login.example/login', 'login: javascript:alert(1)'),
    /login: must be an http or https address/,
  ],
  'a login outside its origins': [
    (text) => text.replace('login: https://login.example/login', 'login: https://other.example/'),
    /login: the login address is not at one of the site's origins/,
  ],
}

for (const [what, [change, told]] of Object.entries(mistakes)) {
  t.test(`${what} is told with its place, and the site stays as it was`, async (t) => {
    const { accounts, declarations, again, edit } = await openSites(t)
    const before = accounts.site('erp')
    await edit(change)
    await again().start()
    const [result] = await declarations.reload()
    t.match(result, { did: 'refused', error: { code: 'declaration_invalid' } })
    if (result?.did === 'refused') t.match(result.error.message, told)
    t.equal(accounts.site('erp'), before)
  })
}

t.test('a file that is put into the folder enrols a site, one that is taken away is written anew', async (t) => {
  const { accounts, declarations, folder } = await openSites(t)
  await writeFile(join(folder, 'wiki.yaml'), 'login: https://wiki.example/\norigins: [https://wiki.example]\nnetworks: [public]\n')
  t.match(await declarations.reload(), [{ site: 'wiki', did: 'taken-over' }])
  t.match(accounts.site('wiki'), { adapter: 'form', delivery: 'attach', settings: {} })
  await declarations.remove('wiki')
  t.same(await readdir(folder), ['erp.yaml'])
  await writeFile(join(folder, 'Not An Id.yaml'), 'login: https://x.example/\norigins: [https://x.example]\nnetworks: [public]\n')
  t.match(await declarations.reload(), [{ site: 'Not An Id', did: 'refused' }])
})

t.test('the relay changes a file where something changes, and keeps what a person wrote beside it', async (t) => {
  const { accounts, declarations, folder, edit } = await openSites(t)
  await edit((text) => text.replace('delivery: attach', 'delivery: attach # ask Bob before changing this'))
  await declarations.replace({ ...site, settings: { ...site.settings, signs: { success: [{ text: 'Sign out' }] } } })
  const text = await readFile(join(folder, 'erp.yaml'), 'utf8')
  t.match(text, '# ask Bob before changing this')
  t.match(text, '- text: Sign out')
  t.match(accounts.site('erp')?.settings, { signs: { success: [{ text: 'Sign out' }] } })
  t.match(await declarations.list(), [{ declared: { state: 'same' } }])
})

t.test('a text that is saved is checked first; what it widens takes a yes', async (t) => {
  const { accounts, declarations, folder } = await openSites(t)
  const text = await declarations.text('erp')
  await t.rejects(declarations.save('erp', text.replace('adapter: form', 'adaptr: form')), { code: 'declaration_invalid' })
  const wider = text.replace('origins:', 'origins:\n  - https://second.example')
  await t.rejects(declarations.save('erp', wider), { code: 'site_widens' })
  t.equal(await readFile(join(folder, 'erp.yaml'), 'utf8'), text)
  await declarations.save('erp', wider, { yes: true })
  t.match(accounts.site('erp'), { origins: ['https://second.example', ...site.origins] })
})

t.test('endpoints are looked up when they are declared: where the relay would not connect to one, the site stays as it was', async (t) => {
  const { accounts, declarations, edit, folder } = await openSites(t)
  const before = accounts.site('erp')
  const text = await declarations.text('erp')
  for (const address of ['inside.test', '10.9.0.4:8443', '169.254.169.254', '[::ffff:127.0.0.1]', '0.0.0.0']) {
    await t.rejects(declarations.save('erp', `${text}endpoints: [{ address: "${address}" }]\n`, { yes: true }), { code: 'destination_refused' }, address)
    t.equal(await readFile(join(folder, 'erp.yaml'), 'utf8'), text)
  }
  await edit((present) => `${present}endpoints: [{ address: inside.test }]\n`)
  t.match(await declarations.reload({ yes: true }), [{ did: 'refused', error: { code: 'destination_refused', message: /a private address/ } }])
  t.equal(accounts.site('erp'), before)
  const endpoints = 'endpoints:\n  - address: east.test:8443\n    clients: [10.1.0.0/16, "2001:db8::/32"]\n  - address: gone.test\nhealth: { path: /healthz }\n'
  await declarations.save('erp', `${text}${endpoints}`, { yes: true })
  t.match(accounts.site('erp'), {
    endpoints: [{ address: 'east.test:8443', clients: ['10.1.0.0/16', '2001:db8::/32'] }, { address: 'gone.test' }],
    health: { path: '/healthz', everySeconds: 15 },
  })
  t.match(await declarations.list(), [{ declared: { state: 'same' } }])
  await edit((present) => present.replace('10.1.0.0/16', '10.2.0.0/16').replace('/healthz', '/up').replace('  - address: gone.test\n', ''))
  t.match(await declarations.reload(), [
    {
      did: 'taken-over',
      changes: ['gone.test is no longer one of its endpoints', 'the clients or the order of its endpoints', 'how its endpoints are looked at'],
    },
  ])
})

t.test('law 2: with another origin at the first place its endpoints take a yes again', async (t) => {
  const { declarations, edit } = await openSites(t)
  const text = await declarations.text('erp')
  await declarations.save('erp', `${text}endpoints: [{ address: east.test }]\n`, { yes: true })
  const [first = '', second = ''] = site.origins
  await edit((present) => present.replace(`  - ${first}\n  - ${second}\n`, `  - ${second}\n  - ${first}\n`))
  t.match(await declarations.reload(), [{ did: 'waits', widens: [`secrets may go to east.test as a server of ${second}`] }])
})

t.test('no id leads out of the folder', async (t) => {
  const { declarations, folder } = await openSites(t)
  await mkdir(join(folder, 'inner'))
  for (const id of ['../master', '..', 'inner/x', '/etc/passwd', 'a\0b', '']) {
    await t.rejects(declarations.text(id), { code: 'site_unknown' })
    await t.rejects(declarations.save(id, 'x: 1'), { code: 'site_unknown' })
    await t.rejects(declarations.reload({ site: id }), { code: 'site_unknown' })
  }
})
