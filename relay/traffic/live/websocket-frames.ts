/** Follows the frames of a WebSocket (RFC 6455 section 5.2) in one direction, so that one more can be put between two of them. */
export class FrameFollower {
  /** Bytes of the present frame's header so far; a header has at most 14. */
  #header: number[] = []
  /** Bytes of its payload still to come. */
  #payload = 0

  follow(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#payload > 0) {
        const taken = Math.min(this.#payload, chunk.length - at)
        this.#payload -= taken
        at += taken
      } else {
        this.#header.push(chunk[at++] as number)
        if (this.#header.length >= 2 && this.#header.length === headerLength(this.#header[1] as number)) {
          this.#payload = payloadLength(this.#header)
          this.#header = []
        }
      }
    }
  }

  /** A whole number of frames has passed. */
  get isBetweenFrames(): boolean {
    return this.#header.length === 0 && this.#payload === 0
  }
}

function headerLength(second: number): number {
  const length = second & 0x7f
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + ((second & 0x80) === 0 ? 0 : 4)
}

function payloadLength(header: readonly number[]): number {
  const length = (header[1] as number) & 0x7f
  if (length < 126) return length
  return header.slice(2, length === 126 ? 4 : 10).reduce((sum, byte) => sum * 256 + byte, 0)
}

/** A close frame as a server sends it, unmasked (section 5.5.1). `reason`: at most 123 bytes. */
export function closeFrame(code: number, reason: string): Buffer {
  const text = Buffer.from(reason)
  return Buffer.concat([Buffer.from([0x88, text.length + 2, code >> 8, code & 0xff]), text])
}
