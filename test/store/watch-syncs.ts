import { type FileHandle, open } from 'node:fs/promises'
import type { Test } from 'tap'

/** Calls back at each fsync of this process, before it happens, until the test ends: these are the moments between which a kill can come. */
export async function watchSyncs(t: Test, folder: string, onSync: (kind: 'file' | 'folder') => void): Promise<void> {
  const handle = await open(folder, 'r')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const { sync } = prototype
  prototype.sync = async function (this: FileHandle) {
    onSync((await this.stat()).isDirectory() ? 'folder' : 'file')
    return sync.call(this)
  }
  t.teardown(() => {
    prototype.sync = sync
  })
}
