import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { StoreName } from './stores.ts'

/** The stores of this machine that people's browsers and tools look in; Java's is not among them: it is a matter of one program. */
export function findStores(nss: readonly string[]): StoreName[] {
  // Windows has a `certutil` of its own, which knows nothing of NSS.
  return [...systemStore(), ...(nss.length > 0 && process.platform !== 'win32' ? (['nss'] as const) : [])]
}

function systemStore(): StoreName[] {
  if (process.platform === 'darwin') return ['macos']
  if (process.platform === 'win32') return ['windows']
  if (existsSync('/usr/sbin/update-ca-certificates')) return ['debian']
  return existsSync('/etc/pki/ca-trust/source/anchors') ? ['fedora'] : []
}

/** NSS databases of this person: Chromium's on Linux, and every Firefox profile's. */
export function findNssFolders(home: string = homedir()): string[] {
  const profiles = [
    '.mozilla/firefox',
    'snap/firefox/common/.mozilla/firefox',
    'Library/Application Support/Firefox/Profiles',
    'AppData/Roaming/Mozilla/Firefox/Profiles',
  ]
  const folders = [join(home, '.pki/nssdb'), ...profiles.flatMap((parent) => foldersIn(join(home, parent)))]
  return folders.filter((folder) => existsSync(join(folder, 'cert9.db')))
}

function foldersIn(parent: string): string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(parent, entry.name)] : []))
}
