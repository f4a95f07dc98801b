import t from 'tap'
import { Ending } from '../../relay/traffic/answers/ending.ts'

t.test('who listens hears of the end once, and who listens no longer does not', async (t) => {
  const ending = new Ending()
  const heard: string[] = []
  const gone = () => heard.push('gone')
  ending.addEventListener('abort', () => heard.push('first'))
  ending.addEventListener('abort', gone)
  ending.addEventListener('abort', () => heard.push('second'))
  ending.removeEventListener('abort', gone)
  t.equal(ending.aborted, false)
  ending.end()
  const { reason } = ending
  ending.end()
  t.strictSame(heard, ['first', 'second'])
  t.equal(ending.aborted, true)
  t.type(reason, Error)
  t.equal(ending.reason, reason, 'and the reason stays')
})

t.test('its signal ends with it, asked for before or after', async (t) => {
  const before = new Ending()
  const { signal } = before
  t.equal(signal, before.signal)
  before.end()
  t.ok(signal.aborted)
  t.equal(signal.reason, before.reason)
  const after = new Ending()
  after.end()
  t.ok(after.signal.aborted)
  t.equal(after.signal.reason, after.reason)
})
