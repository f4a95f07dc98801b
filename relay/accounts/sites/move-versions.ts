import { isRelayError } from '../../errors.ts'
import type { Vault } from '../../vault/index.ts'
import type { AccountRecord, VersionRecord } from '../account-records.ts'
import type { Site } from '../contract.ts'
import { credentialRef, keptRef } from '../credentials/credential-scope.ts'

/** The pending and previous versions of a record, sealed for the site as it will be. A previous one that no longer opens is left out. */
export async function movedVersions(
  vault: Pick<Vault, 'resealCredential'>,
  record: AccountRecord,
  before: Site,
  after: Site,
): Promise<Pick<AccountRecord, 'pending' | 'previous'>> {
  const move = async (version: VersionRecord, ref: typeof credentialRef): Promise<VersionRecord> => {
    const its = { ...record.account, username: version.username, credentialVersion: version.version }
    return { ...version, credential: await vault.resealCredential(ref(its, before), ref(its, after), version.credential) }
  }
  const previous: VersionRecord[] = []
  for (const version of record.previous ?? []) {
    const moved = await move(version, keptRef).catch((error: unknown) => {
      if (!isRelayError(error, 'vault_record_damaged')) throw error
    })
    if (moved !== undefined) previous.push(moved)
  }
  return {
    ...(record.pending === undefined ? {} : { pending: await move(record.pending, credentialRef) }),
    ...(record.previous === undefined ? {} : { previous }),
  }
}
