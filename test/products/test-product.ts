import t, { type Test } from 'tap'
import { openTerminal } from '../flows/curl-terminal.ts'
import { hosts } from '../sites/single-sign-on/identity-provider.ts'
import { enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import type { Product } from './product.ts'

export interface ProductCase {
  readonly title: string
  /** The adapter that the probe is to choose. */
  readonly adapter: string
  readonly start: () => Promise<Product>
  /** Why it cannot be tested here. */
  readonly skip?: string | false
}

/**
 * Enrols each product by its address, a user name and a password, and nothing else; shows that a terminal is signed in there, and that a
 * wrong password is told as one and sent once. One relay for all of them.
 */
export function testProducts(cases: readonly ProductCase[]): void {
  t.test('a product is signed in to by its address, a user name and a password alone', async (t) => {
    const local = Object.fromEntries(Object.values(hosts).map((name) => [name, '127.0.0.1']))
    const relay = await startRelay(t, { hosts: local, config: { login: { captchaTries: 10 } } })
    for (const [index, { title, adapter, start, skip = false }] of cases.entries()) {
      t.test(title, { skip }, async (t) => {
        const product = await start()
        t.teardown(() => product.stop())
        await testProduct(t, relay, product, adapter, `product-${index}`)
      })
    }
  })
}

async function testProduct(t: Test, relay: StartedRelay, product: Product, adapter: string, id: string): Promise<void> {
  answerCaptchas(t, relay, product)
  const { url, account, inside } = product
  const ann = await enrol(relay, { url, ...account, id })
  t.equal(ann.site.adapter, adapter, 'the probe chooses how')
  t.match(await seen(t, relay, ann.device, product, id), inside.says, 'a terminal is signed in')
  if (product.hosts === undefined) t.notMatch(await textOf(product, await fetch(inside.url)), inside.says, 'which nobody is without the relay')

  const bob = await enrol(relay, { url, ...account, password: 'wrong', name: 'bob', id })
  t.notMatch(await seen(t, relay, bob.device, product, id), inside.says)
  const failures = relay.sessions.recent(bob.account.id).filter(({ type }) => type === 'failed')
  t.match(failures, [{ kind: 'wrong-password' }], 'a wrong password is told as one, and nothing is tried again')
  if (product.outcomes !== undefined) t.same(product.outcomes(), ['signed-in', 'wrong-password'], 'each password was sent once')

  if (product.alive === undefined) return
  t.equal(product.alive(), 1)
  t.ok(await relay.sessions.end(ann.account.id))
  t.equal(product.alive(), 0, 'law 7: signing out ends the session at the site')
}

async function seen(t: Test, relay: StartedRelay, device: { readonly name: string; readonly token: string }, { inside, charset }: Product, id: string) {
  const { body } = await openTerminal(t, relay, device).get(inside.url, '--header', `Login-Relay-Account: ${id}`)
  return new TextDecoder(charset).decode(body)
}

async function textOf({ charset }: Product, answer: Response): Promise<string> {
  return new TextDecoder(charset).decode(await answer.arrayBuffer())
}

/** The person at the portal, where the reader is unsure. */
function answerCaptchas(t: Test, relay: StartedRelay, { answer }: Product): void {
  const stop = relay.sessions.onEvent((event) => {
    const pending = event.type === 'challenge' ? relay.sessions.challenges().find(({ id }) => id === event.id) : undefined
    if (pending?.challenge.kind === 'captcha' && answer !== undefined) relay.sessions.answer(pending.id, answer(pending.challenge.image))
  })
  t.teardown(stop)
}
