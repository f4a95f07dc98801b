import { PassThrough, pipeline, type Readable, Transform, type TransformCallback } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { RelayError } from '../../errors.ts'

/** What `agent.send` asks for. */
export const acceptedEncodings = 'gzip, deflate, br'

const damaged = "its answer's compression is damaged"

// As browsers do: a body whose compression lacks its end is read as far as it goes.
const lenient = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const lenientBrotli = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH }

/**
 * The body without its content encodings (RFC 9110 section 8.4.1), the last applied undone first. It streams: whoever reads decides how
 * much is too much and destroys it. An encoding that was not asked for leaves the body as it came.
 */
export function decompress(body: Readable, contentEncoding: string, site: string): Readable {
  const encodings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity')
  const decoders = encodings.reverse().map(decoderOf)
  // A handful at most: each layer multiplies what a small body can grow to.
  if (decoders.length === 0 || decoders.length > 3 || !decoders.every((decoder) => decoder !== undefined)) return body
  // Whoever reads hears of an error; a body that nobody reads must not end the process.
  const plain = new PassThrough().on('error', () => {})
  const stages = decoders.map((make) =>
    make().on('error', (cause) => plain.destroy(body.errored ?? new RelayError('site_down', { params: { site, reason: damaged }, cause }))),
  )
  pipeline([body, ...stages, plain], () => {})
  return plain
}

function decoderOf(encoding: string): (() => Transform) | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return () => createGunzip(lenient)
    case 'deflate':
      return () => new UntilItsEnd(inflateFor)
    case 'br':
      return () => new UntilItsEnd(() => createBrotliDecompress(lenientBrotli))
    default:
      return undefined
  }
}

/** RFC 9110 section 8.4.1.2: `deflate` is zlib; some servers send it bare. The first byte tells. */
function inflateFor(first: Buffer): Transform {
  const isZlib = ((first[0] ?? 0) & 0x0f) === 0x08
  return isZlib ? createInflate(lenient) : createInflateRaw(lenient)
}

/** What stands behind the end of a compressed body is left out, as browsers do: a decoder of Node's waits there for ever. */
class UntilItsEnd extends Transform {
  readonly #make: (first: Buffer) => Transform
  #decoder: Transform | undefined
  #isOver = false
  #written: TransformCallback | undefined

  constructor(make: (first: Buffer) => Transform) {
    super()
    this.#make = make
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (this.#isOver) callback()
    else {
      this.#decoder ??= this.#start(chunk)
      this.#written = callback
      this.#decoder.write(chunk, () => this.#goOn())
    }
  }

  override _flush(callback: TransformCallback): void {
    if (this.#decoder === undefined || this.#isOver) callback()
    else {
      this.#written = callback
      this.#decoder.end()
    }
  }

  override _read(size: number): void {
    this.#decoder?.resume()
    super._read(size)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#decoder?.destroy()
    callback(error)
  }

  #start(chunk: Buffer): Transform {
    const decoder = this.#make(chunk)
    decoder.on('data', (data) => {
      if (!this.push(data)) decoder.pause()
    })
    decoder.on('end', () => {
      this.#isOver = true
      this.#goOn()
    })
    return decoder.on('error', (error) => this.destroy(error))
  }

  #goOn(): void {
    const written = this.#written
    this.#written = undefined
    written?.()
  }
}
