import type { Duplex } from 'node:stream'
import type { SiteSession } from '../sessions/index.ts'

/** Something under way that can be cut at once. */
export interface Cuttable {
  cut(): void
}

/** What is under way for whom, so that ending a session or revoking a device reaches it at once (law 7). */
export class LiveTraffic {
  readonly #byDevice = new Map<string, Set<Duplex>>()
  readonly #bySession = new WeakMap<SiteSession, Set<Cuttable>>()

  /** A connection by which this device came. */
  addConnection(deviceId: string, socket: Duplex): void {
    const present = this.#byDevice.get(deviceId)
    const sockets = present ?? new Set()
    if (present === undefined) this.#byDevice.set(deviceId, sockets)
    if (sockets.has(socket)) return
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0 && this.#byDevice.get(deviceId) === sockets) this.#byDevice.delete(deviceId)
    })
  }

  cutDevice(deviceId: string): void {
    for (const socket of this.#byDevice.get(deviceId) ?? []) socket.destroy()
  }

  /** The set of what uses this session now: members add and remove themselves. One listener a session, however many requests. */
  using(session: SiteSession): Set<Cuttable> {
    const present = this.#bySession.get(session)
    if (present !== undefined) return present
    const users = new Set<Cuttable>()
    this.#bySession.set(session, users)
    session.ended.addEventListener(
      'abort',
      () => {
        for (const user of [...users]) user.cut()
      },
      { once: true },
    )
    return users
  }
}
