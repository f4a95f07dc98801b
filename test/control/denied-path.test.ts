import t from 'tap'
import { decidePath, deniedPath } from '../../relay/control/index.ts'
import fc from '../property.ts'

const denied = ['/account/password', '/users/*/edit', '/?page=profile']
const isDenied = (target: string, fields: readonly string[] = []): boolean => deniedPath(denied, { target, fields }) !== undefined
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

const spellings = [
  '/account/password',
  '/account/password/',
  '/account/password/new?x=1',
  '/account/password.json',
  '/ACCOUNT/Password',
  '//account///password',
  '/./account/./password',
  '/x/../account/password',
  '/account/password/../home',
  '/account/..;/account/password',
  '/account;v=1/password;jsessionid=2',
  '/account%3bv=1/password',
  '/account\\password',
  '/account%5Cpassword',
  '/account%2fpassword',
  '/account%252fpassword',
  '/account/%70%61ssword',
  '/account/%2570assword',
  '/%61ccount%u002fpassword',
  '/account%c0%afpassword',
  '/account%e0%80%afpassword',
  '/account%f0%80%80%afpassword',
  '/account%c1%9cpassword',
  '/account/%c1%b0assword',
  '/account%ef%bc%8fpassword',
  latin1('/account／ｐａｓｓｗｏｒｄ'),
  '/account/pa%C5%BFsword',
  '/account/p%C3%A1ssword',
  '/account/password%00',
  '/account/password%00.html',
  '/account/pass%0Aword',
  '/account/pass%C2%ADword',
  '/account/pass%E2%80%8Bword',
  '/account/password%20',
  '/account/password.',
  '/account/password%2e',
  '/account%2e/password',
  '/%2e%2e/account/password',
  '/x/%2e%2e%2faccount/password',
  '/account/password%3fa=b',
  '/account/password#x',
  '/account/password%23x',
  '/index.php/account/password',
  '/users/17/edit',
  '/users/1%2f7/edit',
  '/?page=profile',
  '/index.php?a=1&page=Profile',
  '/index.php?a=1;page=profile',
  '/?page[]=profile',
  '/?page=home&page=profile',
  '/?p%61ge=%2570rofile',
  '/?page=x/../profile',
  '/?page=profile.php',
  // Without end: read as denied.
  `/%${'25'.repeat(20)}70`,
]

t.test('a path is denied however it is written that a server may take for it', async (t) => {
  for (const spelling of spellings) t.ok(isDenied(spelling), spelling)
})

t.test('other paths are not', async (t) => {
  for (const path of [
    '/',
    '/home',
    '/account',
    '/account/passwords',
    '/my/account/password',
    '/accounts/password',
    '/users/edit',
    '/users/1/photos/edit',
    '/search?q=/account/password',
    '/?page=profiles',
    '/?q=page=profile',
    '/caf%C3%A9?page=home',
    '/a%20b/100%25/%E4%BD%A0%E5%A5%BD',
  ])
    t.notOk(isDenied(path), path)
})

t.test('a field by which some servers take the path from counts as a path', async (t) => {
  t.ok(isDenied('/', ['X-Original-URL', '/account/password']))
  t.ok(isDenied('/', ['x-rewrite-url', '/account/password?x']))
  t.ok(isDenied('/a', ['Destination', 'https://site.test/account/password']))
  t.ok(isDenied('/password', ['X-Forwarded-Prefix', '/account']))
  t.notOk(isDenied('/', ['Referer', 'https://site.test/account/password', 'X-Request-Id', '/account/password']))
})

t.test('any mixture of escapes, case, slashes and dots of a denied path is denied', async () => {
  const character = fc.tuple(fc.constantFrom(...'/account/password'), fc.nat(5))
  const path = fc
    .array(
      character.map(([, style]) => style),
      { minLength: 17, maxLength: 17 },
    )
    .map((styles) => [...'/account/password'].map((letter, i) => (i === 0 ? letter : written(letter, styles[i] as number))).join(''))
  fc.assert(fc.property(path, (target) => isDenied(target)))
})

t.test('nothing that a client sends makes it throw', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof isDenied(`/${text}`, ['X-Original-URL', text]) === 'boolean'))
})

t.test("a list is for those who use another's account; the owner is kept off where it says so", async (t) => {
  const asked = { target: '/profile/edit', fields: [] }
  const site = { paths: ['/profile'] }
  t.same(decidePath({ site }, false, asked), { whose: 'site', path: '/profile' })
  t.equal(decidePath({ site }, true, asked), undefined)
  t.same(decidePath({ site, account: { ...site, owner: true } }, true, asked), { whose: 'account', path: '/profile' })
  t.equal(decidePath({}, false, asked), undefined)
})

function written(letter: string, style: number): string {
  const hex = letter.charCodeAt(0).toString(16)
  return [letter, letter.toUpperCase(), `%${hex}`, `%25${hex}`, letter === '/' ? '%5c' : `%u00${hex}`, letter === '/' ? '/.//' : letter][style] as string
}
