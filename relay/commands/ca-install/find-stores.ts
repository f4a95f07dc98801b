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

/** NSS databases of this person: those that Chromium shares on Linux, and every Firefox profile's. */
export function findNssFolders(home: string = homedir(), env: NodeJS.ProcessEnv = process.env): string[] {
  const data = env.XDG_DATA_HOME || join(home, '.local/share')
  const config = env.XDG_CONFIG_HOME || join(home, '.config')
  const shared = [sharedDatabase(home), join(data, 'pki/nssdb'), join(home, 'snap/chromium/current/.pki/nssdb')]
  const profiles = [
    join(home, '.mozilla/firefox'),
    join(config, 'mozilla/firefox'),
    join(home, 'snap/firefox/common/.mozilla/firefox'),
    join(home, '.var/app/org.mozilla.firefox/.mozilla/firefox'),
    join(home, 'Library/Application Support/Firefox/Profiles'),
    join(home, 'AppData/Roaming/Mozilla/Firefox/Profiles'),
  ]
  return [...shared, ...profiles.flatMap(foldersIn)].filter((folder) => existsSync(join(folder, 'cert9.db')))
}

/** Where every Chromium on Linux looks: those from 146 on have one below `.local/share`, unless this one is there. */
export function sharedDatabase(home: string = homedir()): string {
  return join(home, '.pki/nssdb')
}

function foldersIn(parent: string): string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(parent, entry.name)] : []))
}
