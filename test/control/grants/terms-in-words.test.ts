import t from 'tap'
import { termLines } from '../../../relay/control/index.ts'

t.test('an hour to wait is told as one, several as several', async (t) => {
  const told = (waitHours: number) => termLines({ emergency: { waitHours } }, (id) => id)
  t.same(told(1), ['for emergencies, 1 hour after asking'])
  t.same(told(24), ['for emergencies, 24 hours after asking'])
})
