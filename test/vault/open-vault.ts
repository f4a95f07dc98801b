import type { Test } from 'tap'
import { configSchema } from '../../config/index.ts'
import { createFileStore, type Store } from '../../relay/store/index.ts'
import { createMasterKey, createVault, type SealRef, type Vault } from '../../relay/vault/index.ts'
import { tempFolder } from '../temp-folder.ts'

export interface VaultPlace {
  /** The data directory. */
  readonly folder: string
  readonly source?: 'file' | 'environment' | 'passphrase'
  /** The key file, if not the one in the folder. */
  readonly file?: string
  readonly env?: Record<string, string>
  /** Another engine around the file store. */
  readonly engine?: (store: Store) => Store
}

export interface OpenVault {
  readonly store: Store
  readonly vault: Vault
  stop(): Promise<void>
}

/** Store and vault, both real, on the data directory of `place`; stopped when the test ends. A refused start leaves nothing open. */
export async function openVault(t: Test, place: VaultPlace): Promise<OpenVault> {
  const store = createFileStore({ folder: place.folder })
  const vault = createVault({ store: place.engine?.(store) ?? store, masterKey: settings(place), folder: place.folder, env: place.env ?? {} })
  const stop = async () => {
    await vault.stop()
    await store.stop()
  }
  t.teardown(stop)
  await store.start()
  try {
    await vault.start()
  } catch (error) {
    await stop()
    throw error
  }
  return { store, vault, stop }
}

/** A vault on a new data directory with a new key file. */
export async function newVault(t: Test): Promise<OpenVault & { readonly folder: string }> {
  const folder = await tempFolder(t)
  await createMasterKey(settings({ folder }), folder)
  return { folder, ...(await openVault(t, { folder })) }
}

export function settings({ source = 'file', file }: VaultPlace): Parameters<typeof createMasterKey>[0] {
  return configSchema.parse({ masterKey: { source, ...(file === undefined ? {} : { file }) } }).masterKey
}

export const ann: SealRef = { owner: 'user ann', account: 'account 1', record: 'credential' }
export const bob: SealRef = { owner: 'user bob', account: 'account 2', record: 'credential' }
