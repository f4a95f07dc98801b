import { RelayError } from '../errors.ts'

/** Those who want to hear of something. All of them hear of it, whatever one of them does; a failure is thrown afterwards. */
export class Listeners<T> {
  readonly #listeners = new Set<(event: T) => void>()

  add(listener: (event: T) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  tell(event: T): void {
    const failures: unknown[] = []
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new RelayError('internal', { cause: new AggregateError(failures) })
  }
}
