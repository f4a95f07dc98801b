import { once } from 'node:events'
import { type ClientHttp2Session, connect, createServer, Http2ServerRequest, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { StreamAnswer } from '../../../relay/proxy/http2/stream-answer.ts'

/** A server of streams whose answers the proxy's own code writes, and a client of it: without the rest of the relay. */
export async function serveStreams(
  t: Test,
  onStream: (answer: StreamAnswer, stream: ServerHttp2Stream, headers: IncomingHttpHeaders & { readonly ':path'?: string | undefined }) => void,
): Promise<ClientHttp2Session> {
  const server = createServer().on('stream', (stream, headers, _flags, raw) => {
    onStream(new StreamAnswer(stream, new Http2ServerRequest(stream, headers, {}, raw)), stream, headers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.teardown(() => {
    session.destroy()
    server.close()
  })
  return session
}
