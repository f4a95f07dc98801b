import t from 'tap'
import { SignInThrottle } from '../../relay/identity/throttle/sign-in-throttle.ts'
import { minute, second, setClock } from './clock.ts'

const home = '192.0.2.1'

/** Tries until one is refused; gives how many were not, and the seconds the refusal names. */
function tryUntilRefused(throttle: SignInThrottle, name: string, address: (n: number) => string): { tries: number; seconds: number } {
  for (let tries = 0; tries < 100; tries++) {
    try {
      throttle.begin(name, address(tries))
    } catch (error) {
      return { tries, seconds: Number((error as { params: { seconds: number } }).params.seconds) }
    }
  }
  return { tries: 100, seconds: 0 }
}

t.test('three failures are free, then the wait doubles from 1 s to 15 min', async (t) => {
  const clock = setClock()
  const throttle = new SignInThrottle(clock.now)
  const waits: number[] = []
  for (let round = 0; round < 13; round++) {
    const { tries, seconds } = tryUntilRefused(throttle, 'ann', (n) => `198.51.${round}.${n}`)
    t.equal(tries, round === 0 ? 3 : 1)
    waits.push(seconds)
    clock.pass(seconds * second)
  }
  t.strictSame(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
})

t.test('tries that run at once count from their start', async (t) => {
  const throttle = new SignInThrottle(setClock().now)
  t.equal(tryUntilRefused(throttle, 'ann', () => home).tries, 3)
})

t.test('an address that tries many names waits as well', async (t) => {
  const throttle = new SignInThrottle(setClock().now)
  for (const name of ['ann', 'bob', 'cy']) throttle.begin(name, home)
  t.throws(() => throttle.begin('dan', home), { code: 'too_many_tries', params: { seconds: 1 } })
  t.doesNotThrow(() => throttle.begin('dan', '192.0.2.2'))
})

t.test('a pass clears the count of the user, but not that of the address', async (t) => {
  const clock = setClock()
  const throttle = new SignInThrottle(clock.now)
  throttle.begin('ann', '192.0.2.8')
  throttle.begin('ann', '192.0.2.9')
  throttle.begin('ann', home).passed()
  t.equal(tryUntilRefused(throttle, 'ann', (n) => `203.0.113.${n}`).tries, 3, 'the user begins anew')

  throttle.begin('bob', home)
  throttle.begin('cy', home)
  throttle.begin('eve', home).passed()
  throttle.begin('dan', home)
  t.throws(() => throttle.begin('fay', home), { code: 'too_many_tries' }, 'one account of his own does not clear the way to guess at others')
})

t.test('a stranger who guesses at a name does not lock its owner out where he has signed in before', async (t) => {
  const clock = setClock()
  const throttle = new SignInThrottle(clock.now)
  throttle.begin('ann', home).passed()
  tryUntilRefused(throttle, 'ann', (n) => `198.51.100.${n}`)
  t.throws(() => throttle.begin('ann', '198.51.100.99'), { code: 'too_many_tries' })
  t.doesNotThrow(() => throttle.begin('ann', home))
  t.equal(tryUntilRefused(throttle, 'ann', () => home).tries, 2, 'guesses from there are counted too')
})

t.test('a try that was not carried out does not count', async (t) => {
  const throttle = new SignInThrottle(setClock().now)
  for (let n = 0; n < 10; n++) throttle.begin('ann', home).withdrawn()
  t.equal(tryUntilRefused(throttle, 'ann', () => home).tries, 3)
})

t.test('names that sign in as the same user share one count', async (t) => {
  const throttle = new SignInThrottle(setClock().now)
  for (const [n, name] of ['ann', 'ANN', ' a\u200bnn '].entries()) throttle.begin(name, `198.51.100.${n}`)
  t.throws(() => throttle.begin('Ann', home), { code: 'too_many_tries' })
})

t.test('the addresses of one IPv6 network, and both ways to write an IPv4 address, count as one', async (t) => {
  const clock = setClock()
  const throttle = new SignInThrottle(clock.now)
  for (let n = 0; n < 3; n++) throttle.begin(`a${n}`, `2001:db8:0:1:${n}::1`)
  t.throws(() => throttle.begin('a3', '2001:db8:0:1:ffff::'), { code: 'too_many_tries' })
  t.doesNotThrow(() => throttle.begin('b', '2001:db8:0:2::1'))
  for (const [n, address] of ['192.0.2.7', '::ffff:192.0.2.7', '192.0.2.7'].entries()) throttle.begin(`c${n}`, address)
  t.throws(() => throttle.begin('d', '::ffff:192.0.2.7'), { code: 'too_many_tries' })
})

t.test('an address is forgiven a quarter of an hour after its last failure', async (t) => {
  const clock = setClock()
  const throttle = new SignInThrottle(clock.now)
  for (const name of ['ann', 'bob', 'cy']) throttle.begin(name, home)
  clock.pass(15 * minute + second)
  t.equal(tryUntilRefused(throttle, 'dan', () => home).tries, 3)
})

t.test('a flood of other names does not wash a name under attack out of the bounded memory', async (t) => {
  const throttle = new SignInThrottle(setClock().now)
  const { tries } = tryUntilRefused(throttle, 'ann', (n) => `198.51.100.${n}`)
  t.equal(tries, 3)
  for (let n = 0; n < 10_500; n++) throttle.begin(`name ${n}`, `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`)
  t.throws(() => throttle.begin('ann', home), { code: 'too_many_tries' })
})
