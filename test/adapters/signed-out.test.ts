import t from 'tap'
import { isSignedOut } from '../../adapters/form/answers/signed-out.ts'
import { builtInAdapters, type ResponseFacts } from '../../adapters/index.ts'
import { processorTime } from '../processor-time.ts'

function facts(given: Partial<Omit<ResponseFacts, 'url' | 'location'>> & { url?: string; location?: string }): ResponseFacts {
  const { url = 'https://erp.test/orders/7', location, ...others } = given
  return {
    method: 'GET',
    status: 302,
    contentType: 'text/html',
    removedCookies: [],
    ...others,
    url: new URL(url),
    location: location === undefined ? undefined : new URL(location, url),
  }
}

const login = 'https://erp.test/login'

const table: readonly (readonly [title: string, given: Parameters<typeof facts>[0], loginUrl: string, isOut: boolean])[] = [
  ['a redirect to the login page', { location: '/login' }, login, true],
  ['with where to go back to', { location: '/login?return=%2Forders%2F7' }, login, true],
  ['with a session id in its path', { location: '/login;jsessionid=ABC' }, login, true],
  ['with a slash at its end', { location: '/login/' }, login, true],
  ['after a POST', { method: 'POST', location: '/login' }, login, true],
  ['401', { status: 401 }, login, true],
  ['a session cookie taken away', { status: 200, removedCookies: ['PHPSESSID'] }, login, true],
  ['another session cookie', { removedCookies: ['orders_session'], location: '/bye' }, login, true],
  ['the login of a site with one script for all pages', { location: '/index.php?page=login&back=x' }, 'https://erp.test/index.php?page=login', true],
  ['a login page that is the root', { location: '/' }, 'https://erp.test/', true],

  ['a page', { status: 200 }, login, false],
  ['a redirect elsewhere', { location: '/orders' }, login, false],
  ['a redirect to the same path of another host', { location: 'https://other.test/login' }, login, false],
  ['403: this page is not for him', { status: 403 }, login, false],
  ['404', { status: 404 }, login, false],
  ['500', { status: 500 }, login, false],
  ['304', { status: 304, location: '/login' }, login, false],
  ['the login page itself, opened by the person', { url: login, location: '/login' }, login, false],
  ['a wrong password typed by the person', { url: login, method: 'POST', status: 401 }, login, false],
  ['signing out by the person', { url: 'https://erp.test/logout', location: '/login', removedCookies: ['sid'] }, login, false],
  ['another page of the script for all pages', { location: '/index.php?page=orders' }, 'https://erp.test/index.php?page=login', false],
  ['home after a POST, where the login page is the root', { method: 'POST', location: '/' }, 'https://erp.test/', false],
  ['a message cookie taken away', { status: 200, removedCookies: ['flash_session'] }, login, false],
  ['a token against forgery taken away', { status: 200, removedCookies: ['csrf_session'] }, login, false],
  ['some other cookie taken away', { status: 200, removedCookies: ['theme', 'last_page'] }, login, false],
]

for (const [title, given, loginUrl, isOut] of table) {
  t.test(`${isOut ? 'the session has ended' : 'the session goes on'}: ${title}`, async (t) => {
    t.equal(isSignedOut(facts(given), { loginUrl: new URL(loginUrl) }), isOut)
  })
}

t.test('with HTTP Basic, 401 and nothing else means that the credential is no longer good', async (t) => {
  const basic = builtInAdapters.find(({ name }) => name === 'basic')
  const site = { loginUrl: new URL(login), origins: ['https://erp.test'], settings: {} }
  t.equal(basic?.isSignedOut(facts({ status: 401 }), site), true)
  for (const status of [200, 302, 403, 404, 500]) t.equal(basic?.isSignedOut(facts({ status, location: '/login' }), site), false)
})

t.test('the decision takes microseconds: it is made for every answer of the proxy', async (t) => {
  const answer = facts({ location: '/orders', removedCookies: ['a', 'b'] })
  const site = { loginUrl: new URL(login) }
  const began = processorTime()
  for (let count = 0; count < 10_000; count++) isSignedOut(answer, site)
  t.ok(processorTime() - began < 1000)
})
