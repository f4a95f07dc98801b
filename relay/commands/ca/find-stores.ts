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
  const config = env.XDG_CONFIG_HOME || join(home, '.config')
  const profiles = [
    join(home, '.mozilla/firefox'),
    join(config, 'mozilla/firefox'),
    join(home, 'snap/firefox/common/.mozilla/firefox'),
    join(home, '.var/app/org.mozilla.firefox/.mozilla/firefox'),
    join(home, 'Library/Application Support/Firefox/Profiles'),
    join(home, 'AppData/Roaming/Mozilla/Firefox/Profiles'),
  ]
  return [...sharedDatabases(home, env), ...profiles.flatMap(foldersIn)].filter(hasDatabase)
}

/** Where Chromium will look once it is started, where it has nowhere to look yet. One that comes as a snap or Flatpak keeps to a folder of its own. */
export function missingDatabase(home: string = homedir(), env: NodeJS.ProcessEnv = process.env): string | undefined {
  const shared = sharedDatabases(home, env)
  return process.platform !== 'linux' || shared.some(hasDatabase) ? undefined : shared[0]
}

/** Of the first two every Chromium takes the first where it is there; those before 146 know no other. */
function sharedDatabases(home: string, env: NodeJS.ProcessEnv): string[] {
  return [
    join(home, '.pki/nssdb'),
    join(env.XDG_DATA_HOME || join(home, '.local/share'), 'pki/nssdb'),
    join(home, 'snap/chromium/current/.pki/nssdb'),
    join(home, 'snap/chromium/current/.local/share/pki/nssdb'),
  ]
}

function hasDatabase(folder: string): boolean {
  return existsSync(join(folder, 'cert9.db'))
}

function foldersIn(parent: string): string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(parent, entry.name)] : []))
}
