import type { Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import { AnswerGuard } from './answer-guard.ts'

/** A request, with what is to learn which connection it goes out on. */
export interface SiteRequest extends Dispatcher.DispatchOptions {
  readonly handler: { useGuard(guard: AnswerGuard): void }
}

/** One connection of a pool, with its guard. */
export class SiteClient extends Client {
  readonly #guard: AnswerGuard

  constructor(origin: URL, { connect, ...options }: Client.Options & { connect: buildConnector.connector }) {
    const guard = new AnswerGuard()
    super(origin, { ...options, connect: guarded(connect, guard) })
    this.#guard = guard
  }

  override dispatch(request: SiteRequest, handler: Dispatcher.DispatchHandler): boolean {
    request.handler.useGuard(this.#guard)
    return super.dispatch(request, handler)
  }
}

function guarded(connect: buildConnector.connector, guard: AnswerGuard): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      const [error, socket] = result
      if (error === null) guard.attach(socket as Socket)
      callback(...result)
    })
  }
}
