import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { RelayError } from '../../errors.ts'
import type { Run } from '../desktop/desktop.ts'
import { launchdPlist } from './launchd.ts'
import { systemdUnit } from './systemd.ts'

/** What starts programs of a person at his sign-in. */
export interface ServiceManager {
  /** Writes what it reads, and starts it; one of before is replaced. Gives the file. */
  install(command: readonly string[]): Promise<string>
  /** False: there was none. */
  remove(): Promise<boolean>
}

const unit = 'login-relay-connect.service'
const label = 'login-relay.connect'

/** `service_unknown` on a system with neither systemd nor launchd. */
export function serviceManager(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, run: Run): ServiceManager {
  const home = env.HOME ?? homedir()
  if (platform === 'darwin') {
    const target = `gui/${process.getuid?.() ?? 0}`
    return manager(join(home, 'Library', 'LaunchAgents', `${label}.plist`), (command) => launchdPlist(label, command), {
      start: async (file) => {
        await run('launchctl', 'bootout', `${target}/${label}`).catch(() => {})
        await run('launchctl', 'bootstrap', target, file)
      },
      stop: async () => void (await run('launchctl', 'bootout', `${target}/${label}`)),
      forget: async () => {},
    })
  }
  if (platform === 'linux') {
    const config = env.XDG_CONFIG_HOME === undefined || env.XDG_CONFIG_HOME === '' ? join(home, '.config') : env.XDG_CONFIG_HOME
    const reload = async (): Promise<void> => void (await run('systemctl', '--user', 'daemon-reload'))
    return manager(join(config, 'systemd', 'user', unit), systemdUnit, {
      start: async () => {
        await reload()
        await run('systemctl', '--user', 'enable', unit)
        await run('systemctl', '--user', 'restart', unit)
      },
      stop: async () => void (await run('systemctl', '--user', 'disable', '--now', unit)),
      forget: reload,
    })
  }
  throw new RelayError('service_unknown', { params: { reason: `this system (${platform}) has neither` } })
}

interface Steps {
  start(file: string): Promise<void>
  stop(): Promise<void>
  forget(): Promise<void>
}

function manager(file: string, textOf: (command: readonly string[]) => string, { start, stop, forget }: Steps): ServiceManager {
  const asked = async (step: () => Promise<void>): Promise<void> => {
    await step().catch((cause: Error) => {
      throw new RelayError('service_unknown', { params: { reason: 'it does not answer for this person' }, cause })
    })
  }
  return {
    async install(command) {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, textOf(command), { mode: 0o644 })
      await asked(() => start(file)).catch(async (error: unknown) => {
        await rm(file, { force: true })
        throw error
      })
      return file
    },
    async remove() {
      const isThere = await stat(file).then(
        () => true,
        () => false,
      )
      if (!isThere) return false
      await asked(stop)
      await rm(file, { force: true })
      await asked(forget)
      return true
    },
  }
}
