import { join } from 'node:path'
import type { Config } from '../../config/index.ts'
import { environmentKeys, passphraseKeys } from './environment-keys.ts'
import { createKeyFile, keyFile } from './key-file.ts'
import type { KeySource } from './master-key.ts'

export type MasterKeySettings = Config['masterKey']

/**
 * Makes the key file for `init`, and says where; `already_exists` when there is one, `data_unwritable`. A key that comes from the environment
 * is made by whoever runs the relay, so nothing is made then: undefined.
 */
export async function createMasterKey(settings: MasterKeySettings, folder: string): Promise<string | undefined> {
  if (settings.source !== 'file') return undefined
  const path = keyPath(settings, folder)
  await createKeyFile(path)
  return path
}

export function keySource(settings: MasterKeySettings, folder: string, env: NodeJS.ProcessEnv): KeySource {
  switch (settings.source) {
    case 'file':
      return keyFile(keyPath(settings, folder))
    case 'environment':
      return environmentKeys(env)
    case 'passphrase':
      return passphraseKeys(env)
  }
}

function keyPath({ file }: MasterKeySettings, folder: string): string {
  return file ?? join(folder, 'master.key')
}
