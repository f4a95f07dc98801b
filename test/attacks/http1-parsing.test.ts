import t, { type Test } from 'tap'
import { answersIn, dialProxy, dialTunnel, readAll } from '../proxy/raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { type House, startHouse } from '../proxy/start-house.ts'
import { readVectors, vectorsMissing } from './vectors.ts'

interface Vector {
  readonly id: string
  readonly name: string
  readonly verdict: 'accept' | 'reject' | 'close-after-first' | 'upgrade'
  readonly messages?: number
  readonly text?: string
  readonly base64?: string
}

const skip = vectorsMissing('http1-parsing')

/** Milliseconds: for what must come, and for what must not. */
const [long, short] = [10_000, 100]

/** The relay takes less than the parser does. */
const refusedByTheRelay: Readonly<Record<string, string>> = {
  'content-length#16': 'leading zeros',
  'content-length#17': 'leading zeros',
  'transfer-encoding#101': 'a transfer coding beside chunked',
  'transfer-encoding#102': 'a transfer coding beside chunked',
  'method#57': 'the target *',
  'sample#79': 'HTTP/0.9',
  'uri#111': 'another host than the tunnel',
  'uri#112': 'another host than the tunnel',
  'uri#114': 'another host than the tunnel',
  // RFC 9112 section 3.2: such a line may be made to pass by what looks at paths.
  'uri#116': 'a fragment in the target',
  'uri#118': 'userinfo in the target',
}

t.test('every request of the llhttp suite inside an intercepted tunnel', { skip }, async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  for (const vector of readVectors<Vector[]>('http1-parsing/llhttp-requests.json')) {
    const bytes = bytesOf(vector)
    // As it stands most have no Host or another one: nothing but whole requests may reach the origin.
    await checkTunnel(t, house, origin, vector, bytes, undefined)
    const verdict = refusedByTheRelay[vector.id] === undefined ? vector.verdict : 'reject'
    await checkTunnel(t, house, origin, vector, withHost(bytes, origin.host), verdict)
  }
})

t.test('every request of the llhttp suite in absolute-form', { skip }, async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [origin] })
  for (const vector of readVectors<Vector[]>('http1-parsing/llhttp-requests.json')) {
    const bytes = withHost(bytesOf(vector), origin.host)
      .replace(/^((?:\r\n)?[A-Z-]+ )\//, `$1${origin.origin}/`)
      .replace(/\r\n/, `\r\nProxy-Authorization: ${house.access.authorization}\r\n`)
    origin.requests.length = 0
    const socket = await dialProxy(house.access)
    socket.write(bytes, 'latin1')
    const { text, ended } = await readAll(socket, { ms: vector.verdict === 'reject' ? long : short })
    checkWhole(t, origin, vector)
    if (vector.verdict === 'reject') checkRefused(t, origin, vector, text, ended)
  }
})

async function checkTunnel(
  t: Test,
  house: House,
  origin: RecordingOrigin,
  vector: Vector,
  bytes: string,
  verdict: Vector['verdict'] | undefined,
): Promise<void> {
  origin.requests.length = 0
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(bytes, 'latin1')
  const expected = verdict === 'accept' ? (vector.messages ?? 0) : 1
  const settles = verdict === 'reject' || verdict === 'close-after-first' || (verdict === 'accept' && expected > 0)
  const { text, ended } = await readAll(socket, {
    ms: settles ? long : short,
    until: (text) => verdict === 'accept' && expected > 0 && answersIn(text).length >= expected,
  })
  checkWhole(t, origin, vector)
  const about = `${vector.id} ${vector.name}`
  switch (verdict) {
    case undefined:
      break
    case 'reject':
      checkRefused(t, origin, vector, text, ended)
      break
    case 'accept':
      t.ok(origin.requests.length >= expected, `${about}: ${expected} messages reach the origin`)
      break
    case 'close-after-first':
      t.equal(origin.requests.length, 1, `${about}: the first message reaches the origin, the rest does not`)
      t.equal(answersIn(text).length, 1, `${about}: the first gets its answer`)
      t.ok(ended, `${about}: the connection ends after it`)
      break
    case 'upgrade':
      break
    default:
      verdict satisfies never
  }
}

function checkWhole(t: Test, origin: RecordingOrigin, { id, name }: Vector): void {
  t.same(origin.broken, [], `${id} ${name}: the origin reads whole requests only`)
  origin.broken.length = 0
}

function checkRefused(t: Test, origin: RecordingOrigin, { id, name }: Vector, text: string, ended: boolean): void {
  t.same(
    origin.requests.map(({ target }) => target),
    [],
    `${id} ${name}: nothing of it reaches the origin`,
  )
  t.ok(ended, `${id} ${name}: the connection is closed`)
  // One that never ends its head is left waiting, and closed when it is too slow.
  if (text !== '') t.match(text, /^HTTP\/1\.1 4\d\d /, `${id} ${name}: refused with 4xx`)
}

function bytesOf({ text, base64 }: Vector): string {
  return text ?? Buffer.from(base64 as string, 'base64').toString('latin1')
}

/** The same bytes with this Host: in the place of the one they have, or after each request line. */
function withHost(bytes: string, host: string): string {
  if (/\r\nhost:/i.test(bytes)) return bytes.replace(/(\r\nhost:)[^\r\n]*/i, `$1 ${host}`)
  return bytes.replace(/[A-Z-]+ \S+ HTTP\/\d\.\d\r\n/g, `$&Host: ${host}\r\n`)
}
