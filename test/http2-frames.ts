import { once } from 'node:events'
import type { Duplex } from 'node:stream'

/** Frames of HTTP/2 by hand (RFC 9113 section 4.1), for what no library would send. */
export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const start = Buffer.alloc(9)
  start.writeUIntBE(payload.length, 0, 3)
  start[3] = type
  start[4] = flags
  start.writeUInt32BE(stream, 5)
  return Buffer.concat([start, payload])
}

export type Fields = readonly (readonly [name: string, value: string])[]

export const frameType = { data: 0, headers: 1, reset: 3, settings: 4, pushPromise: 5, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9 } as const
export const endStream = 1
export const endHeaders = 4
export const acknowledged = 1

export const settingsFrame = frame(frameType.settings, 0, 0)

/** What a client says first. */
export const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settingsFrame])

export function headersFrame(stream: number, fields: Fields, endsStream: boolean): Buffer {
  return frame(frameType.headers, endHeaders | (endsStream ? endStream : 0), stream, headerBlock(fields))
}

export function resetFrame(stream: number, code: number): Buffer {
  return frame(frameType.reset, 0, stream, uint32(code))
}

export function goawayFrame(lastStream: number, code: number): Buffer {
  return frame(frameType.goaway, 0, 0, Buffer.concat([uint32(lastStream), uint32(code)]))
}

/** Literals that are never indexed (RFC 7541 section 6.2.3), without Huffman; texts up to 254 bytes. */
export function headerBlock(fields: Fields): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0x10]), text(name), text(value)]))
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([bytes.length < 127 ? Buffer.from([bytes.length]) : Buffer.from([127, bytes.length - 127]), bytes])
}

export interface SeenFrame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** Calls for every whole frame that comes, after `skip` bytes of something else. */
export function onFrames(socket: Duplex, onFrame: (frame: SeenFrame) => void, skip = 0): void {
  let rest = Buffer.alloc(0)
  let left = skip
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk.subarray(Math.min(left, chunk.length))])
    left -= Math.min(left, chunk.length)
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const length = rest.readUIntBE(0, 3)
      const seen = { type: rest[3] as number, flags: rest[4] as number, stream: rest.readUInt32BE(5), payload: rest.subarray(9, 9 + length) }
      rest = rest.subarray(9 + length)
      onFrame(seen)
    }
  })
}

/** True when the stream has ended in order or by a reset, false when the connection ended before. */
export function untilStreamEnds(socket: Duplex, stream: number): Promise<boolean> {
  const closed = once(socket, 'close').then(() => false)
  const ended = new Promise<boolean>((resolve) => {
    onFrames(socket, ({ type, flags, stream: id }) => {
      const ends = type === frameType.reset || ((type === frameType.data || type === frameType.headers) && (flags & endStream) !== 0)
      if (id === stream && ends) resolve(true)
    })
  })
  return Promise.race([closed, ended])
}
