import t from 'tap'
import { Cooldown } from '../../relay/sessions/failures/cooldown.ts'

t.test('after a failure requests are held back, twice as long each time, at most five minutes', async (t) => {
  let now = 0
  const cooldown = new Cooldown(() => now)
  t.equal(cooldown.holding('a'), undefined)
  const pauses: number[] = []
  for (let failure = 0; failure < 9; failure += 1) {
    cooldown.failed('a', { kind: 'site-down', seen: ['refused'] })
    const from = now
    while (cooldown.holding('a') !== undefined) now += 1000
    pauses.push((now - from) / 1000)
  }
  t.strictSame(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300])
  t.equal(cooldown.holding('b'), undefined, 'other accounts are not')
})

t.test('a success forgets the failures before it', async (t) => {
  const cooldown = new Cooldown(() => 0)
  cooldown.failed('a', { kind: 'unknown', seen: [] })
  cooldown.clear('a')
  t.equal(cooldown.holding('a'), undefined)
})
