import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createGzip } from 'node:zlib'
import type { TextRewriter } from './text-rewriter.ts'

/** Content codings (RFC 9110 section 8.4.1) that can be opened here; the site is asked for no other. Not deflate: some send it bare. */
const decoders: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
}

/** The Accept-Encoding that goes to the site for what this client accepts. */
export function readableEncodings(accepted: string): string {
  const known = accepted.split(',').filter((part) => Object.hasOwn(decoders, (part.split(';')[0] as string).trim().toLowerCase()))
  return known.length === 0 ? 'identity' : known.map((part) => part.trim()).join(', ')
}

export function isReadable(encoding: string): boolean {
  return encoding === '' || encoding === 'identity' || Object.hasOwn(decoders, encoding)
}

/** A rewritten body, and the coding that it now has. */
export interface RewrittenBody {
  readonly body: Readable
  readonly encoding: 'gzip' | undefined
}

/** Rewrites a body in passing: what has come goes on, each chunk at once. A body that breaks off breaks what comes of it. */
export function rewriteBody(source: Readable, encoding: string, rewriter: TextRewriter): RewrittenBody {
  const steps: Transform[] = []
  const decode = decoders[encoding]
  if (decode !== undefined) steps.push(decode())
  steps.push(new Rewriting(rewriter))
  // What was compressed leaves so. Flushed with every chunk: a page that comes bit by bit is shown bit by bit.
  if (decode !== undefined) steps.push(createGzip({ level: 4, flush: constants.Z_SYNC_FLUSH }))
  const body = steps.at(-1) as Transform
  pipeline([source, ...steps], () => {})
  return { body, encoding: decode === undefined ? undefined : 'gzip' }
}

class Rewriting extends Transform {
  readonly #rewriter: TextRewriter

  constructor(rewriter: TextRewriter) {
    super()
    this.#rewriter = rewriter
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#pass(() => this.#rewriter.write(chunk.toString('latin1')), done)
  }

  override _flush(done: TransformCallback): void {
    this.#pass(() => this.#rewriter.end(), done)
  }

  #pass(rewrite: () => string, done: TransformCallback): void {
    try {
      const text = rewrite()
      done(null, text === '' ? undefined : Buffer.from(text, 'latin1'))
    } catch (error) {
      done(error as Error)
    }
  }
}
