import t from 'tap'
import { type Adapter, adapterProblem, builtInAdapters, defineAdapter } from '../../adapters/index.ts'

const [good] = builtInAdapters

t.test('an adapter is given back as it is', async (t) => {
  t.equal(defineAdapter(good as Adapter), good)
})

t.test('what is missing or of the wrong kind is named', async (t) => {
  const cases: readonly (readonly [change: Record<string, unknown>, problem: RegExp])[] = [
    [{ name: 'Not Good' }, /name must be/],
    [{ name: undefined }, /name must be/],
    [{ api: '1' }, /api must be 1/],
    [{ api: 0 }, /it needs version 0 of the adapter API, and this relay knows 1: it is too old/],
    [{ api: 2 }, /it needs version 2 of the adapter API, and this relay knows 1: update login-relay/],
    [{ description: ' ' }, /description/],
    [{ settings: {} }, /zod schema/],
    [{ signIn: undefined }, /signIn must be a function/],
    [{ isSignedIn: 'yes' }, /isSignedIn must be a function/],
    [{ isSignedOut: 'yes' }, /isSignedOut must be a function/],
    [{ isSignedOut: undefined, signedOut: { redirect: ['/'] } }, /signedOut knows status, redirectTo and removedCookies, not redirect/],
    [{ isSignedOut: undefined, signedOut: { redirectTo: ['login'] } }, /signedOut.redirectTo must be a list of paths/],
    [{ isSignedOut: undefined, signedOut: { status: ['401'] } }, /signedOut.status must be a list of numbers/],
    [{ isSignedOut: undefined, signedOut: { removedCookies: 'sid' } }, /signedOut.removedCookies must be a list of names/],
    [{ signOut: undefined }, /signOut must be a function/],
    [{ register: true }, /register must be a function where it is given/],
  ]
  for (const [change, problem] of cases) t.throws(() => defineAdapter({ ...good, ...change } as Adapter), { name: 'TypeError', message: problem })
  for (const value of [undefined, null, 'adapter', 7]) t.match(adapterProblem(value), /not made by defineAdapter/)
})

t.test('every built-in adapter is fit and has a name of its own', async (t) => {
  for (const adapter of builtInAdapters) t.equal(adapterProblem(adapter), undefined, adapter.name)
  t.equal(new Set(builtInAdapters.map(({ name }) => name)).size, builtInAdapters.length)
})
