import type { Site } from '../../accounts/index.ts'
import type { SiteSession } from '../../sessions/index.ts'

/** A turn is over after this, whether the site has answered or not: one slow page does not stop all others. Milliseconds. */
const longestTurn = 10_000

/**
 * Some sites end the older session cookie as soon as they give a new one: two requests at once, both with the older one, end each
 * other. At such a site the requests of a session take turns, each until the head of its answer is here with the next cookie.
 *
 * Many more sites give a new cookie and know the older one for a while: they are not slowed down.
 */
export class Turns {
  readonly #changing = new WeakSet<Site>()
  readonly #strict = new WeakSet<Site>()
  readonly #last = new WeakMap<SiteSession, Promise<void>>()

  /** An answer in passing gave the session another cookie. */
  noteChange(site: Site): void {
    this.#changing.add(site)
  }

  /** A request was refused with the older cookie and done with the newer one. */
  noteStrict(site: Site): void {
    this.#strict.add(site)
  }

  isChanging(site: Site): boolean {
    return this.#changing.has(site)
  }

  /** `hasWaited`: the request waited for something that others waited for too. Who comes while such ones take turns takes his among them. */
  areTaken(site: Site, session: SiteSession, hasWaited: boolean): boolean {
    return this.#strict.has(site) || (this.#changing.has(site) && (hasWaited || this.#last.has(session)))
  }

  /** Resolves when all who asked before have ended their turn, with the way to end this one. */
  async take(session: SiteSession): Promise<() => void> {
    const before = this.#last.get(session)
    let end = (): void => {}
    const over = new Promise<void>((resolve) => {
      end = resolve
    })
    const last = before === undefined ? over : before.then(() => over)
    this.#last.set(session, last)
    await before
    const timer = setTimeout(end, longestTurn)
    return () => {
      clearTimeout(timer)
      end()
      if (this.#last.get(session) === last) this.#last.delete(session)
    }
  }
}
