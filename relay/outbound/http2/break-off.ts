import type { Http2Stream } from 'node:http2'

/**
 * Resets a stream whose message is not whole (RFC 9113 section 8.1). Node ends the writable side in order before it sends the reset:
 * by that END_STREAM what is half would look whole, and a reset behind it comes too late.
 */
export function breakOff(stream: Http2Stream, code: number): void {
  stream._final = (done) => done()
  stream.close(code)
}
