import t from 'tap'
import { startRelay } from '../../start-relay.ts'
import { dialProxy, readAll } from '../raw-client.ts'

t.test('who never finishes the head of a request has twenty seconds, however steadily he sends', { timeout: 90_000 }, async (t) => {
  const relay = await startRelay(t)
  const access = { ...relay.proxyAddress, authorization: '' }
  const [dribbling, silent] = await Promise.all([dialProxy(access), dialProxy(access)])
  dribbling.write('GET http://relay.pac/ HTTP/1.1\r\nX-Slow: ')
  const dribble = setInterval(() => dribbling.write('a'), 500)
  const [said, unsaid] = await Promise.all([readAll(dribbling, { ms: 60_000 }), readAll(silent, { ms: 60_000 })])
  clearInterval(dribble)
  t.match(said, { text: /^HTTP\/1\.1 408 /, ended: true })
  t.match(unsaid, { ended: true }, 'nor is one waited for who says nothing at all')
})
