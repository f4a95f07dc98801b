import t from 'tap'
import { closeFrame, FrameFollower } from '../../relay/traffic/live/websocket-frames.ts'
import fc from '../property.ts'

/** A frame with this many bytes of payload. */
function frame(length: number, masked: boolean): Buffer {
  const size = length < 126 ? Buffer.from([length]) : length < 65_536 ? Buffer.from([126, length >> 8, length & 255]) : longSize(length)
  size[0] = (size[0] as number) | (masked ? 0x80 : 0)
  return Buffer.concat([Buffer.from([0x82]), size, Buffer.alloc(masked ? 4 : 0, 0x7e), Buffer.alloc(length, 0xff)])
}

function longSize(length: number): Buffer {
  const size = Buffer.alloc(9)
  size[0] = 127
  size.writeBigUInt64BE(BigInt(length), 1)
  return size
}

const frames = fc.array(fc.record({ length: fc.oneof(fc.nat(300), fc.constantFrom(125, 126, 127, 65_535, 65_536)), masked: fc.boolean() }), { maxLength: 5 })

t.test('it knows when it is between two frames, however the bytes are cut', (t) => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 5000 }), (list, step) => {
      const parts = list.map(({ length, masked }) => frame(length, masked))
      const bytes = Buffer.concat(parts)
      let sum = 0
      const ends = new Set([0, ...parts.map((part) => (sum += part.length))])
      const follower = new FrameFollower()
      for (let at = 0; at < bytes.length; at += step) {
        follower.follow(bytes.subarray(at, at + step))
        if (follower.isBetweenFrames !== ends.has(Math.min(at + step, bytes.length))) return false
      }
      return follower.isBetweenFrames
    }),
  )
  t.end()
})

t.test('a close frame carries its code and its reason', (t) => {
  t.same(closeFrame(4401, 'ab'), Buffer.from([0x88, 4, 0x11, 0x31, 0x61, 0x62]))
  t.end()
})
