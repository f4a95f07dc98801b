import type { SessionEvent } from './contract.ts'

/** The steps of one sign-in, four captcha tries included, are fewer. */
const keptPerAccount = 200

/** What happens to sessions, told to listeners as it happens, with the last attempt of each account kept to be shown. */
export class SessionEvents {
  readonly #listeners = new Set<(event: SessionEvent) => void>()
  readonly #recent = new Map<string, SessionEvent[]>()

  emit(event: SessionEvent): void {
    const id = event.account.id
    const kept = event.type === 'started' ? [] : (this.#recent.get(id) ?? [])
    kept.push(event)
    if (kept.length > keptPerAccount) kept.shift()
    this.#recent.set(id, kept)
    for (const listener of this.#listeners) listener(event)
  }

  recent(accountId: string): readonly SessionEvent[] {
    return [...(this.#recent.get(accountId) ?? [])]
  }

  forget(accountId: string): void {
    this.#recent.delete(accountId)
  }

  listen(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
