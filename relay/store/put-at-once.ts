import type { Collection } from './port.ts'

/** Puts a record, in force before it is durable: in memory at once, and as it was there again where the store refuses it. Rejects as the store does. */
export async function putAtOnce<T>(inMemory: Map<string, T>, records: Collection<T>, id: string, value: T): Promise<void> {
  const before = inMemory.get(id)
  inMemory.set(id, value)
  try {
    await records.put(id, value)
  } catch (error) {
    if (before === undefined) inMemory.delete(id)
    else inMemory.set(id, before)
    throw error
  }
}
