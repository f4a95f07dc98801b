import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { SiteSession } from '../../sessions/index.ts'
import { type Cuttable, UnderWay } from './under-way.ts'

/** What is under way for whom, so that ending a session or revoking a device reaches it at once (law 7). */
export class LiveTraffic {
  /** Everything under way to enrolled sites. */
  readonly #underWay = new UnderWay()
  readonly #byDevice = new Map<string, Set<Duplex>>()
  /** Requests and WebSockets under way to enrolled sites. */
  readonly #underWayOf = new Map<string, number>()
  readonly #bySession = new WeakMap<SiteSession, UnderWay>()

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

  connectionsOf(deviceId: string): number {
    return this.#byDevice.get(deviceId)?.size ?? 0
  }

  underWayOf(deviceId: string): number {
    return this.#underWayOf.get(deviceId) ?? 0
  }

  cutDevice(deviceId: string): void {
    for (const socket of this.#byDevice.get(deviceId) ?? []) socket.destroy()
  }

  /** What uses this session now. One listener a session, however many requests. */
  using(session: SiteSession): UnderWay {
    const present = this.#bySession.get(session)
    if (present !== undefined) return present
    const users = new UnderWay()
    this.#bySession.set(session, users)
    session.ended.addEventListener(
      'abort',
      () => {
        for (const user of [...users]) user.cut('ended')
      },
      { once: true },
    )
    return users
  }

  isInUse(session: SiteSession): boolean {
    return (this.#bySession.get(session)?.size ?? 0) > 0
  }

  /** The site has ended this session: its WebSockets are closed, so that their pages open them anew on the next one. */
  closeUpgrades(session: SiteSession): void {
    for (const user of [...(this.#bySession.get(session) ?? [])]) if (user.isUpgraded) user.cut('ended')
  }

  /** How many there are now, of one device or of all. */
  count(deviceId?: string): { readonly connections: number; readonly underWay: number; readonly webSockets: number } {
    let webSockets = 0
    let underWay = 0
    for (const user of this.#underWay) {
      if (deviceId !== undefined && user.deviceId !== deviceId) continue
      if (user.isUpgraded) webSockets++
      else underWay++
    }
    return { connections: deviceId === undefined ? 0 : (this.#byDevice.get(deviceId)?.size ?? 0), underWay, webSockets }
  }

  begin(user: Cuttable): void {
    this.#underWay.add(user)
    this.#underWayOf.set(user.deviceId, this.underWayOf(user.deviceId) + 1)
  }

  end(user: Cuttable): void {
    if (!this.#underWay.delete(user)) return
    const left = this.underWayOf(user.deviceId) - 1
    if (left === 0) this.#underWayOf.delete(user.deviceId)
    else this.#underWayOf.set(user.deviceId, left)
  }

  /** Tells WebSockets that the relay stops, and waits for the rest to come to its end, so many milliseconds at most. */
  async drain(ms: number): Promise<void> {
    const end = Date.now() + ms
    for (const user of [...this.#underWay]) if (user.isUpgraded) user.cut('stopping')
    while (this.#underWay.size > 0 && Date.now() < end) await pause(20)
  }
}
