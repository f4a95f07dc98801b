import t from 'tap'
import { serve } from '../sites/serve.ts'
import { signIn, startEngine } from './engine-for-test.ts'

/** An API that gives whoever asks a cookie, and what its home is to somebody it does not know. */
async function signedInTo(t: Parameters<typeof startEngine>[0], home: Awaited<ReturnType<Parameters<typeof serve>[0]>>) {
  const site = await serve(({ path }) => {
    if (path === '/api/login') return { headers: { 'content-type': 'application/json', 'set-cookie': 'JSESSIONID=1' }, body: '{}' }
    return path === '/' ? home : { body: '<title>Login</title>' }
  })
  t.teardown(() => site.stop())
  const login = await startEngine(t, { openReader: () => Promise.reject(new Error('no reader here')) })
  const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'secret', adapter: 'json', settings: { url: '/api/login' } })
  return outcome.ok ? 'signed in' : outcome.kind
}

t.test('a login API that answers with a cookie alone is held against where a person lands', async (t) => {
  t.equal(await signedInTo(t, { body: '<title>Orders</title>' }), 'signed in')
  t.equal(await signedInTo(t, { status: 401 }), 'wrong-password')
  t.equal(await signedInTo(t, { status: 302, headers: { location: '/login' } }), 'wrong-password')
  t.equal(await signedInTo(t, { body: '<form><input name=u><input type=password name=p></form>' }), 'wrong-password')
})
