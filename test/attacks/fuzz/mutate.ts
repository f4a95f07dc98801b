import type { Random } from './random.ts'

/** What parsers of HTTP have stumbled over: line ends, folds, framing said twice or oddly, bytes that end strings. */
const nasty = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\0',
  '\t',
  ' ',
  '\x0b',
  '\x7f',
  '\xff',
  ':',
  '://',
  '%0d%0a',
  '\r\n ',
  '\r\nHost: other.test\r\n',
  '\r\nContent-Length: 5\r\n',
  '\r\nContent-Length: -1\r\n',
  '\r\nContent-Length: 99999999999999999999\r\n',
  '\r\nTransfer-Encoding: chunked\r\n',
  '\r\nTransfer-Encoding : chunked\r\n',
  '\r\nTransfer-Encoding: xchunked, identity\r\n',
  '\r\nConnection: close, host\r\n',
  '\r\nUpgrade: h2c\r\n',
  '\r\nExpect: 100-continue\r\n',
  '0\r\n\r\n',
  'FFFFFFFFFFFFFFFF\r\n',
  '1;a="\n"\r\nx\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  `X: ${'x'.repeat(3000)}\r\n`,
].map((text) => Buffer.from(text, 'latin1'))

type Mutation = (bytes: Buffer, random: Random) => Buffer

const mutations: readonly Mutation[] = [
  (bytes, random) => {
    const changed = Buffer.from(bytes)
    if (changed.length > 0) changed[random.below(changed.length)] = random.below(256)
    return changed
  },
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, random.one(nasty)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, random.bytes(1 + random.below(8))),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1 + random.below(12), Buffer.alloc(0)),
  (bytes, random) => {
    const from = random.below(bytes.length + 1)
    const part = bytes.subarray(from, from + 1 + random.below(40))
    return splice(bytes, random.below(bytes.length + 1), 0, part)
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  (bytes) => Buffer.concat([bytes, bytes]),
]

/** These bytes with one to four things wrong. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let changed = bytes
  for (let left = 1 + random.below(4); left > 0; left--) changed = random.one(mutations)(changed, random)
  return changed
}

function splice(bytes: Buffer, at: number, removed: number, added: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)])
}
