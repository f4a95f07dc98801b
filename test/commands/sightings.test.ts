import t from 'tap'
import { sightings } from '../../relay/commands/demo/sightings.ts'
import fc from '../property.ts'

const password = 'canary /+"é\\x'

t.test('a password is found in every form it is likely to take', async (t) => {
  const raw = Buffer.from(password)
  for (const form of [
    password,
    encodeURIComponent(password),
    JSON.stringify(password),
    raw.toString('hex'),
    raw.toString('hex').toUpperCase(),
    raw.toString('base64'),
  ]) {
    t.ok(sightings(password, Buffer.from(`before ${form} after`)) > 0, form)
  }
  t.equal(sightings(password, Buffer.from('nothing of it')), 0)
})

t.test('base64 is found wherever the password stands in what was encoded', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ maxLength: 9 }), (before, after) => {
      const whole = Buffer.concat([before, Buffer.from('correct horse'), after]).toString('base64')
      return sightings('correct horse', Buffer.from(whole)) > 0
    }),
  )
  t.pass('held')
})
