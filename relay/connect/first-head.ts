import type { Socket } from 'node:net'

/** The first message of a connection, as far as its head goes. */
export interface FirstHead {
  readonly method: string
  /** As the client wrote it: an address, HOST:PORT, or a path. */
  readonly target: string
  /** Names in lower case; of a field that stands there twice the last. */
  readonly fields: ReadonlyMap<string, string>
  /** Everything that has come so far. */
  readonly bytes: Buffer
}

/** Bytes; and milliseconds for a client to say what it wants. */
const longest = 65_536
const patience = 30_000

/**
 * Reads until the head of the first message is whole. What it says is the relay's to judge: here it counts only where it is to go. Undefined:
 * the client has closed, said nothing in time, or speaks something else.
 */
export function readFirstHead(socket: Socket): Promise<FirstHead | undefined> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0)
    const settle = (head: FirstHead | undefined): void => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose).pause()
      resolve(head)
    }
    const timer = setTimeout(() => settle(undefined), patience)
    const onClose = (): void => settle(undefined)
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      const end = bytes.indexOf('\r\n\r\n')
      if (end >= 0) settle(end > longest ? undefined : parseHead(bytes, end))
      else if (bytes.length > longest || !couldBeHttp(bytes)) settle(undefined)
    }
    socket.on('data', onData).on('close', onClose)
  })
}

/** RFC 9112 section 3: a method is a token; TLS and other protocols begin otherwise. */
function couldBeHttp(bytes: Buffer): boolean {
  return bytes.length === 0 || /^[A-Z]/.test(String.fromCharCode(bytes[0] as number))
}

function parseHead(bytes: Buffer, end: number): FirstHead | undefined {
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const [, method, target] = /^([A-Z]+) ([!-~]+) HTTP\/1\.[01]$/.exec(first) ?? []
  if (method === undefined || target === undefined) return undefined
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = /^([^\s:]+):(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) return undefined
    fields.set(name.toLowerCase(), value.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, ''))
  }
  return { method, target, fields, bytes }
}
