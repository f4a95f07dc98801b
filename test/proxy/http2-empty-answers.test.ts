import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import { ask, openHttp2 } from './http2-client.ts'
import { startRecordingOrigin } from './recording-origin.ts'
import { startHouse } from './start-house.ts'

t.test('an answer without a body ends its stream with its head, and raises no error on it', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/none', 'HTTP/1.1 204 No Content\r\n\r\n')
  origin.on('/same', 'HTTP/1.1 304 Not Modified\r\n\r\n')
  origin.on('/head', 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n')
  origin.on('/empty', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const house = await startHouse(t, { origins: [origin] })
  const errors: string[] = []
  const note = (message: unknown): void => void errors.push((message as { error: NodeJS.ErrnoException }).error.code ?? 'an error')
  subscribe('http2.server.stream.error', note)
  t.teardown(() => unsubscribe('http2.server.stream.error', note))
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  for (const [method, path, status] of [
    ['GET', '/none', 204],
    ['GET', '/same', 304],
    ['HEAD', '/head', 200],
    ['GET', '/empty', 200],
  ] as const) {
    const { headers, body, reset } = await ask(session, { ':method': method, ':path': path })
    t.same([headers[':status'], body, reset], [status, '', 0], `${method} ${path}`)
  }
  t.same(errors, [])
})
