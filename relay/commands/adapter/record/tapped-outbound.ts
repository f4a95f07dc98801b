import { pipeline, Readable, Transform } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { decodePage } from '../../../login/index.ts'
import { decompress, type ForwardRequest, type ForwardResponse, type Outbound } from '../../../outbound/index.ts'

/** A request and its answer, as they passed the relay. */
export interface SeenExchange {
  readonly method: string
  readonly url: string
  /** What kind of content `sent` is; '' where none was said. */
  readonly sentType: string
  readonly sent: string
  readonly status: number
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly body: string
}

/** Exchanges with a site, in the order of their answers. They are held in memory alone: secrets are in them. */
export interface Tap {
  readonly outbound: Outbound
  /** An answer that does not end (a stream of events) is taken as far as it has come. */
  exchanges(): Promise<readonly SeenExchange[]>
  /** Hosts that were asked for beside: tunnelled unread, or refused. */
  otherHosts(): readonly string[]
}

const longestBody = 1_000_000
/** How long answers that are still under way are waited for, milliseconds. */
const patience = 2000
/** Pages, and what their scripts fetch; no pictures, styles or fonts. A browser says which at origins that it trusts. */
const recordedFor = new Set(['document', 'iframe', 'frame', 'empty'])
const recordedTypes = /html|xml|json|text\/plain/i

/** What a Chromium asks for by itself. */
const ofBrowser = /\.googleapis\.com$|^clients\d\.google\.com$/

/** The way out with a tap in it, for what the proxy forwards. */
export function tapped(outbound: Outbound): Tap {
  const answers: { readonly ended: Promise<void>; readonly read: () => Promise<SeenExchange> }[] = []
  const others = new Set<string>()
  return {
    outbound: {
      ...outbound,
      async forward(destination, given) {
        const request = readable(given)
        const sent: Buffer[] = []
        const { body } = request
        if (Buffer.isBuffer(body)) sent.push(body)
        const answer = await outbound.forward(destination, body instanceof Readable ? { ...request, body: copied(body, sent) } : request)
        if (!isRecorded(request, answer)) return answer
        const came: Buffer[] = []
        const passed = copied(answer.body, came)
        const ended = new Promise<void>((resolve) => passed.once('close', resolve))
        answers.push({ ended, read: () => exchangeOf(request, sent, answer, came) })
        const { status, statusText, headers, endsWithHead = false } = answer
        return { status, statusText, headers, endsWithHead, body: passed, trailers: () => answer.trailers() }
      },
      connect(host, port, signal) {
        others.add(port === 443 ? host : `${host}:${port}`)
        return outbound.connect(host, port, signal)
      },
    },
    async exchanges() {
      const now = [...answers]
      await Promise.race([Promise.all(now.map(({ ended }) => ended)), wait(patience, undefined, { ref: false })])
      return Promise.all(now.map(({ read }) => read()))
    },
    otherHosts: () => [...others].filter((host) => !ofBrowser.test(host)),
  }
}

/** Asked for in a compression that can be undone here. */
function readable(request: ForwardRequest): ForwardRequest {
  const isEncoding = (name: unknown) => typeof name === 'string' && name.toLowerCase() === 'accept-encoding'
  return { ...request, headers: request.headers.map((value, index, all) => (index % 2 === 1 && isEncoding(all[index - 1]) ? 'gzip, deflate, br' : value)) }
}

/** The same stream; what passes is kept in `chunks`, up to a length. */
function copied(stream: Readable, chunks: Buffer[]): Readable {
  let size = 0
  const passing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size <= longestBody) chunks.push(chunk)
      done(null, chunk)
    },
  })
  // What breaks off breaks off for the reader, too.
  return pipeline(stream, passing, () => {})
}

async function exchangeOf(
  request: ForwardRequest,
  sent: readonly Buffer[],
  { status, headers }: ForwardResponse,
  came: readonly Buffer[],
): Promise<SeenExchange> {
  const fields = pairs(headers)
  const field = (wanted: string) => fields.find(({ name }) => name.toLowerCase() === wanted)?.value
  const isRedirect = status >= 300 && status < 400
  const bytes = isRedirect ? Buffer.alloc(0) : await readUpTo(decompress(Readable.from(came), field('content-encoding') ?? '', ''))
  return {
    method: request.method,
    url: request.origin + request.path,
    sentType: fieldOf(request, 'content-type') ?? '',
    sent: Buffer.concat(sent).toString(),
    status,
    headers: fields,
    body: decodePage(bytes, field('content-type')).text,
  }
}

/** What comes of a small body can be large; and one that is damaged is kept as far as it goes. */
async function readUpTo(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      size += (chunk as Buffer).length
      if (size >= longestBody) break
    }
  } catch {
    // The recording goes on.
  }
  return Buffer.concat(chunks).subarray(0, longestBody)
}

function isRecorded(request: ForwardRequest, { status, headers }: ForwardResponse): boolean {
  const purpose = fieldOf(request, 'sec-fetch-dest')
  if (purpose !== undefined) return recordedFor.has(purpose)
  const type = pairs(headers).find(({ name }) => name.toLowerCase() === 'content-type')?.value
  return request.body !== null || (status >= 300 && status < 400) || type === undefined || recordedTypes.test(type)
}

function pairs(flat: readonly string[]): SeenExchange['headers'] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [{ name, value: flat[index + 1] ?? '' }] : []))
}

function fieldOf({ headers }: ForwardRequest, wanted: string): string | undefined {
  const at = headers.findIndex((name, index) => index % 2 === 0 && typeof name === 'string' && name.toLowerCase() === wanted)
  const value = at < 0 ? undefined : headers[at + 1]
  return typeof value === 'string' ? value : undefined
}
