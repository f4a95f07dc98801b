import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createFileStore, type Store } from '../../relay/store/index.ts'

export interface OpenStore {
  readonly folder: string
  readonly store: Store
  /** Stops the store and opens the folder anew, as a restart does. */
  reopen(): Promise<Store>
}

/** A real store on a folder of its own, until the test ends. */
export async function openStore(t: Test): Promise<OpenStore> {
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-store-'))
  let store = createFileStore({ folder })
  t.teardown(async () => {
    await store.stop()
    await rm(folder, { recursive: true, force: true })
  })
  await store.start()
  const reopen = async () => {
    await store.stop()
    store = createFileStore({ folder })
    await store.start()
    return store
  }
  return { folder, store, reopen }
}
