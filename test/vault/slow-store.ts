import { setTimeout as sleep } from 'node:timers/promises'
import type { Collection, Store } from '../../relay/store/index.ts'

/**
 * The store with the times of a database over a network: an answer to a read is old when it arrives, and a write is seen by others
 * only some time after it was asked for.
 */
export function slowStore(store: Store): Store {
  return {
    start: () => store.start(),
    stop: () => store.stop(),
    collection: (shape) => slow(store.collection(shape)),
  }
}

function slow<T>(collection: Collection<T>): Collection<T> {
  const answerLate = async <A>(asking: Promise<A>): Promise<A> => {
    const answer = await asking
    await sleep(200)
    return answer
  }
  return {
    get: (id) => answerLate(collection.get(id)),
    list: (options) => answerLate(collection.list(options)),
    async put(...args) {
      await sleep(150)
      return collection.put(...args)
    },
    async delete(...args) {
      await sleep(20)
      return collection.delete(...args)
    },
    watch: (listener) => collection.watch(listener),
  }
}
