import { Readable } from 'node:stream'
import { type Notice, noticeView } from '../../control/notices/index.ts'
import type { Principal } from '../../identity/index.ts'
import type { SessionEvent } from '../../sessions/index.ts'
import { eventView } from '../views.ts'

/** A stream that a client does not read is cut when so much waits. Bytes. */
const mostWaiting = 262_144

/** So often a comment is sent, so that nothing on the way takes the stream for dead, and the right to it is looked at again. Milliseconds. */
const heartbeat = 15_000

/** More at a time than anybody's windows need. */
const mostPerPrincipal = 20

interface Open {
  readonly key: string
  readonly owner: string | undefined
  /** It is the person's own window: no device, and not who runs the relay. */
  readonly isPerson: boolean
  readonly stream: Readable
  readonly timer: NodeJS.Timeout
}

/** Event streams that are open (WHATWG server-sent events): each gets the events of its own user's accounts alone, and ends with the right to it. */
export class EventStreams {
  readonly #open = new Set<Open>()

  /** Undefined: this principal has too many already. `stillKnown` is asked at every heartbeat. */
  open(principal: Principal, stillKnown: () => Promise<boolean>, heartbeatMs = heartbeat): Readable | undefined {
    const key = principalKey(principal)
    if ([...this.#open].filter((entry) => entry.key === key).length >= mostPerPrincipal) return undefined
    const stream = new Readable({ read: () => {} })
    const beat = async () => {
      if (await stillKnown().catch(() => false)) write(stream, ': still here\n\n')
      else stream.push(null)
    }
    const timer = setInterval(() => void beat(), heartbeatMs)
    const entry = { key, owner: principal.kind === 'local' ? undefined : principal.user.id, isPerson: principal.kind === 'portal', stream, timer }
    this.#open.add(entry)
    stream.once('close', () => this.#forget(entry))
    stream.once('end', () => this.#forget(entry))
    write(stream, 'retry: 2000\n: open\n\n')
    return stream
  }

  /** Tells an event to those it belongs to. */
  tell(event: SessionEvent): void {
    const message = `event: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`
    for (const { owner, stream } of this.#open) if (owner === undefined || owner === event.account.owner) write(stream, message)
  }

  /** Tells a notice to the windows of the person it is for. */
  tellNotice(notice: Notice): void {
    const message = `event: notice\ndata: ${JSON.stringify(noticeView(notice))}\n\n`
    for (const { owner, isPerson, stream } of this.#open) if (isPerson && owner === notice.owner) write(stream, message)
  }

  /** Ends the streams of a portal session or a device. */
  end(id: string): void {
    for (const { key, stream } of this.#open) if (key === id) stream.push(null)
  }

  endAll(): void {
    for (const { stream } of this.#open) stream.destroy()
  }

  #forget(entry: Open): void {
    clearInterval(entry.timer)
    this.#open.delete(entry)
  }
}

function principalKey(principal: Principal): string {
  switch (principal.kind) {
    case 'portal':
      return principal.session.id
    case 'device':
      return principal.device.id
    case 'local':
      return 'local'
  }
}

function write(stream: Readable, text: string): void {
  if (stream.readableEnded || stream.destroyed) return
  if (stream.readableLength > mostWaiting) stream.destroy()
  else stream.push(text)
}
