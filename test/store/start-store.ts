import type { Test } from 'tap'
import { createFileStore, type Store } from '../../relay/store/index.ts'

/** A store on this folder, stopped when the test ends. */
export async function startStore(t: Test, folder: string): Promise<Store> {
  const store = createFileStore({ folder })
  await store.start()
  t.teardown(() => store.stop())
  return store
}
