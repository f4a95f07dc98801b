/**
 * The store: durable JSON records with compare-and-set, behind one port with several engines.
 *
 * Refuses: a second process on the same data directory, a torn or foreign file. Keeps law 5.
 */

export { createFileStore } from './file-store.ts'
export { isFolderInUse } from './folder-lock.ts'
export type { Collection, CollectionShape, ListOptions, PutOptions, Store, StoreChange, StoredRecord } from './port.ts'
export { putAtOnce } from './put-at-once.ts'
export { syncFolder } from './sync-folder.ts'
