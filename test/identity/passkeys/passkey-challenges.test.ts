import t from 'tap'
import { PasskeyChallenges } from '../../../relay/identity/passkeys/passkey-challenges.ts'
import { minute, setClock } from '../clock.ts'

const text = (challenge: Uint8Array) => Buffer.from(challenge).toString('base64url')

t.test('a challenge is good once, for its purpose, for five minutes, at the relay that gave it', async (t) => {
  const clock = setClock()
  const challenges = new PasskeyChallenges(clock.now)
  const one = text(challenges.issue('sign-in x'))
  t.notOk(challenges.spend(one, 'sign-in y'), 'for another purpose')
  t.notOk(new PasskeyChallenges(clock.now).spend(one, 'sign-in x'), 'of another relay, or before a restart')
  t.ok(challenges.spend(one, 'sign-in x'))
  t.notOk(challenges.spend(one, 'sign-in x'), 'a second time')
  const late = text(challenges.issue('sign-in x'))
  clock.pass(5 * minute)
  t.notOk(challenges.spend(late, 'sign-in x'), 'too late')
  t.notOk(challenges.spend(one, 'sign-in x'), 'nor does one come back when it is forgotten')
})

t.test('what was changed, cut or made up is no challenge', async (t) => {
  const challenges = new PasskeyChallenges(setClock().now)
  const bytes = Buffer.from(challenges.issue('add x'))
  for (const at of bytes.keys()) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    t.notOk(challenges.spend(text(changed), 'add x'), `byte ${at}`)
  }
  for (const length of [0, 1, 22, bytes.length - 1]) t.notOk(challenges.spend(text(bytes.subarray(0, length)), 'add x'), `${length} bytes`)
  t.ok(challenges.spend(text(bytes), 'add x'), 'the whole one is')
})
