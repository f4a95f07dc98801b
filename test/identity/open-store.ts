import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createFileStore, type Store } from '../../relay/store/index.ts'

export interface OpenStore {
  readonly folder: string
  readonly store: Store
  /** Stops the store and opens the folder anew, as a restart does. */
  reopen(): Promise<Store>
  /** The disk takes no write while this runs. */
  whileFull(act: () => Promise<unknown>): Promise<void>
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
  const whileFull = async (act: () => Promise<unknown>) => {
    // Where a write goes before it is renamed.
    const temporary = join(folder, `store.json.${process.pid}.tmp`)
    await mkdir(temporary)
    await act()
    await rmdir(temporary)
  }
  return { folder, store, reopen, whileFull }
}
