import t from 'tap'
import { SignedLeaves } from '../../../relay/proxy/ca/signed-leaves.ts'
import { until } from '../../until.ts'

const day = 86_400_000

t.test('leaves are signed ahead, one by one; one that is asked for earlier at once; each anew when half its week is over', async (t) => {
  const clock = { now: 1_000 * day }
  const signed: string[] = []
  const sign = (host: string) => {
    signed.push(host)
    if (host === 'bad.test') throw new Error('no certificate can be made for it')
    return { cert: `${host} ${signed.length}`, expiresAt: clock.now + 7 * day }
  }
  const leaves = new SignedLeaves(sign, () => clock.now)
  t.teardown(() => leaves.stop())
  leaves.keepUp(['a.test', 'bad.test', 'b.test', 'c.test'])
  t.same(signed, [], 'not while the relay starts')
  const early = leaves.of('c.test')
  t.same(signed, ['c.test'])
  await until(() => signed.includes('b.test'), 'the others, in spite of one that fails')
  t.same(signed, ['c.test', 'a.test', 'bad.test', 'b.test'])
  t.equal(leaves.of('c.test'), early)
  t.throws(() => leaves.of('bad.test'))

  clock.now += 3.4 * day
  signed.length = 0
  leaves.keepUp(['a.test', 'c.test'])
  t.equal(leaves.of('c.test'), early, 'it is good for an hour or two')
  await until(() => signed.length === 2, 'and signed anew before they are over')
  t.same(signed, ['a.test', 'c.test'])
  t.not(leaves.of('c.test'), early)
  t.same(signed, ['a.test', 'c.test'])
  leaves.of('b.test')
  t.equal(signed.at(-1), 'b.test', 'one of a host that was let go is forgotten')
})
