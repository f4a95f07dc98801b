import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { configSchema } from '../../../config/index.ts'
import { type Accounts, createAccounts } from '../../../relay/accounts/index.ts'
import { type CertificateAuthority, createCertificateAuthority } from '../../../relay/proxy/index.ts'
import { createFileStore } from '../../../relay/store/index.ts'
import { createMasterKey, createVault } from '../../../relay/vault/index.ts'

export interface StartedAuthority {
  readonly authority: CertificateAuthority
  readonly accounts: Accounts
  readonly folder: string
  enrol(id: string, ...origins: string[]): Promise<void>
  stop(): Promise<void>
}

/** A CA on a store, a vault and accounts of its own. A folder given is used again; one that is not goes with the test. */
export async function startAuthority(t: Test, options: { folder?: string; now?: () => number } = {}): Promise<StartedAuthority> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'login-relay-test-')))
  const { masterKey } = configSchema.parse({})
  if (options.folder === undefined) await createMasterKey(masterKey, folder)
  const store = createFileStore({ folder })
  const vault = createVault({ store, masterKey, folder, env: {} })
  const accounts = createAccounts({ store, vault })
  const authority = createCertificateAuthority({ store, vault, accounts, ...(options.now === undefined ? {} : { now: options.now }) })
  const rooms = [store, vault, accounts, authority]
  for (const room of rooms) await room.start()
  let stopped = false
  const stop = async (): Promise<void> => {
    if (stopped) return
    stopped = true
    for (const room of rooms.toReversed()) await room.stop()
  }
  t.teardown(async () => {
    await stop()
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
  })
  const enrol = async (id: string, ...origins: string[]): Promise<void> => {
    await accounts.addSite({ id, origins, loginUrl: `${origins[0]}/login`, adapter: 'form', settings: {}, delivery: 'attach', networks: ['loopback'] })
  }
  return { authority, accounts, folder, enrol, stop }
}
