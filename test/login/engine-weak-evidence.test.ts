import t from 'tap'
import { serve } from '../sites/serve.ts'
import { signIn, startEngine } from './engine-for-test.ts'

type Home = Awaited<ReturnType<Parameters<typeof serve>[0]>>
const form = '<form><input name=u><input type=password name=p></form>'

/** An API that gives whoever asks a cookie, and what the page is to somebody it does not know on which a person lands. */
async function signedInTo(t: Parameters<typeof startEngine>[0], home: Home, isLandingKnown = true) {
  const site = await serve(({ path }) => {
    if (path === '/api/login') return { headers: { 'content-type': 'application/json', 'set-cookie': 'JSESSIONID=1' }, body: '{"user":"ann"}' }
    return path === '/home' ? home : { body: `<title>Login</title>${form}` }
  })
  t.teardown(() => site.stop())
  const login = await startEngine(t, { openReader: () => Promise.reject(new Error('no reader here')) })
  const settings = { url: '/api/login', ...(isLandingKnown ? { landing: '/home' } : {}) }
  const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'secret', adapter: 'json', settings })
  return outcome.ok ? 'signed in' : outcome.kind
}

t.test('a login API that answers with a cookie alone is held against where a person lands, if that is known', async (t) => {
  t.equal(await signedInTo(t, { body: '<title>Orders</title>' }), 'signed in')
  t.equal(await signedInTo(t, { status: 401 }), 'unknown')
  t.equal(await signedInTo(t, { status: 302, headers: { location: '/login' } }), 'unknown')
  t.equal(await signedInTo(t, { body: form }), 'unknown')
  t.equal(await signedInTo(t, { body: form }, false), 'signed in', "any other page may be anybody's")
  t.equal(await signedInTo(t, { status: 302, headers: { location: 'https://elsewhere.test/' } }), 'signed in', 'what cannot be had says nothing')
})
