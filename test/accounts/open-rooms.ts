import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { configSchema } from '../../config/index.ts'
import { type Accounts, createAccounts, type Site } from '../../relay/accounts/index.ts'
import { createFileStore, type Store } from '../../relay/store/index.ts'
import { createMasterKey, createVault, type Vault } from '../../relay/vault/index.ts'

export interface Rooms {
  readonly store: Store
  readonly vault: Vault
  readonly accounts: Accounts
  stop(): Promise<void>
}

export interface OpenRooms extends Rooms {
  readonly folder: string
  /** Stops everything and opens the folder anew, as a restart does; `meanwhile` runs on the store alone. */
  reopen(meanwhile?: (store: Store) => Promise<unknown>): Promise<Rooms>
}

/** Store, vault and accounts, all real, on a folder of their own until the test ends. */
export async function openRooms(t: Test): Promise<OpenRooms> {
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-accounts-'))
  const { masterKey } = configSchema.parse({})
  await createMasterKey(masterKey, folder)
  let present: Rooms | undefined
  const open = async (): Promise<Rooms> => {
    const store = createFileStore({ folder })
    const vault = createVault({ store, masterKey, folder, env: {} })
    const accounts = createAccounts({ store, vault })
    const rooms = [store, vault, accounts]
    for (const room of rooms) await room.start()
    const stop = async () => {
      for (const room of rooms.splice(0).reverse()) await room.stop()
    }
    present = { store, vault, accounts, stop }
    return present
  }
  t.teardown(async () => {
    await present?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    ...(await open()),
    folder,
    async reopen(meanwhile) {
      await present?.stop()
      if (meanwhile !== undefined) {
        const store = createFileStore({ folder })
        await store.start()
        await meanwhile(store)
        await store.stop()
      }
      return open()
    },
  }
}

export const erp: Omit<Site, 'createdAt'> = {
  id: 'erp',
  origins: ['https://erp.example', 'https://login.example', 'http://erp.example'],
  loginUrl: 'https://login.example/login',
  adapter: 'form',
  settings: { userField: 'user', more: { deep: [1, 2] } },
  delivery: 'attach',
  networks: ['public'],
}
