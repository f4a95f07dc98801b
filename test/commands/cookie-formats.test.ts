import t from 'tap'
import { type ClaimedSession, formatSession } from '../../relay/commands/session/cookie-formats.ts'
import type { HandedCookie } from '../../relay/sessions/index.ts'
import fc from '../property.ts'

const plain: HandedCookie = {
  name: 'sid',
  value: 'v1',
  domain: 'erp.example',
  hostOnly: true,
  path: '/',
  secure: false,
  httpOnly: false,
  sameSite: undefined,
  expires: undefined,
}

function session(...cookies: HandedCookie[]): ClaimedSession {
  return { account: 'erp', site: 'erp', landingUrl: 'https://erp.example/app/home', cookies }
}

t.test('a Netscape file says domain, subdomains, path, secure, expiry, name and value, and marks HttpOnly', async (t) => {
  const text = formatSession(
    session(plain, { ...plain, hostOnly: false, secure: true, httpOnly: true, path: '/app', expires: 1900000000.5, name: 'b' }),
    'netscape',
  )
  t.equal(text, '# Netscape HTTP Cookie File\nerp.example\tFALSE\t/\tFALSE\t0\tsid\tv1\n#HttpOnly_.erp.example\tTRUE\t/app\tTRUE\t1900000000\tb\tv1\n')
})

t.test('a cookie that the Netscape form cannot say is left out, so that no line is forged', async (t) => {
  const forged = { ...plain, value: 'x\nevil.example\tFALSE\t/\tFALSE\t0\ta\tb' }
  t.equal(formatSession(session(forged, { ...plain, name: '' }), 'netscape'), '# Netscape HTTP Cookie File\n')
})

t.test('every cookie of letters makes one line of seven fields', async (t) => {
  const word = fc.string({ minLength: 1 })
  fc.assert(
    fc.property(fc.array(fc.record({ name: word, value: fc.string() }), { maxLength: 5 }), (pairs) => {
      const lines = formatSession(session(...pairs.map((pair) => ({ ...plain, ...pair }))), 'netscape')
        .split('\n')
        .slice(1, -1)
      return lines.every((line) => line.split('\t').length === 7)
    }),
  )
  t.pass('held')
})

t.test('a storageState has what Playwright wants', async (t) => {
  const state = JSON.parse(formatSession(session(plain, { ...plain, hostOnly: false, sameSite: 'Strict', expires: 5 }), 'playwright'))
  t.strictSame(state, {
    cookies: [
      { name: 'sid', value: 'v1', domain: 'erp.example', path: '/', expires: -1, httpOnly: false, secure: false, sameSite: 'Lax' },
      { name: 'sid', value: 'v1', domain: '.erp.example', path: '/', expires: 5, httpOnly: false, secure: false, sameSite: 'Strict' },
    ],
    origins: [],
  })
})

t.test('the header holds the cookies that go to the landing page, longer paths first', async (t) => {
  const cookies = [
    plain,
    { ...plain, name: 'deep', path: '/app' },
    { ...plain, name: 'elsewhere', path: '/application' },
    { ...plain, name: 'other', domain: 'other.example' },
    { ...plain, name: 'parent', domain: 'example', hostOnly: false },
    { ...plain, name: 'notsub', domain: 'p.example', hostOnly: false },
  ]
  t.equal(formatSession(session(...cookies), 'header'), 'Cookie: deep=v1; sid=v1; parent=v1\n')
})

t.test('a Secure cookie does not go to an http landing page', async (t) => {
  t.equal(formatSession({ ...session({ ...plain, secure: true }, { ...plain, name: 'b' }), landingUrl: 'http://erp.example/' }, 'header'), 'Cookie: b=v1\n')
})
