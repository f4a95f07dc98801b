import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { isRelayError, RelayError } from '../../errors.ts'
import { type Run, reasonOf } from '../desktop/desktop.ts'
import { launchdPlist } from './launchd.ts'
import { systemdUnit } from './systemd.ts'
import { logonTask } from './task.ts'

/** What starts programs of a person at his sign-in. */
export interface ServiceManager {
  /** Writes what it reads, and starts it; one of before is replaced. Gives the file. */
  install(command: readonly string[]): Promise<string>
  /** What was there is not started again. `service_unknown`: the system does not let it go. */
  remove(): Promise<Removal>
}

export type Removal =
  /** There was none. */
  | { readonly was: 'none' }
  | { readonly was: 'stopped' }
  /** The system could not be told to stop what runs; `reason`: why. */
  | { readonly was: 'removed'; readonly reason: string }

const unit = 'login-relay-connect.service'
const label = 'login-relay.connect'
const task = 'login-relay-connect'

/** `service_unknown` on a system that is none of Linux, macOS and Windows. */
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
  if (platform === 'win32') {
    const { APPDATA: folder = home, USERNAME: name = userInfo().username, USERDOMAIN: domain } = env
    const user = domain === undefined || domain === '' ? name : `${domain}\\${name}`
    return manager(join(folder, 'login-relay', `${task}.xml`), (command) => logonTask(user, command), {
      start: async (file) => {
        await run('schtasks', '/end', '/tn', task).catch(() => {})
        await run('schtasks', '/create', '/tn', task, '/xml', file, '/f')
        await run('schtasks', '/run', '/tn', task)
      },
      stop: async () => {
        await run('schtasks', '/end', '/tn', task).catch(() => {})
        await run('schtasks', '/delete', '/tn', task, '/f').catch(async (cause: unknown) => {
          // One that somebody has deleted before is gone all the same.
          const isThere = await run('schtasks', '/query', '/tn', task).then(
            () => true,
            () => false,
          )
          if (isThere) throw new RelayError('service_unknown', { params: { reason: reasonOf(cause) }, cause })
        })
      },
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
      forget: async () => {
        // What `disable` removes, where systemd could not be asked to.
        await rm(join(config, 'systemd', 'user', 'default.target.wants', unit), { force: true })
        await reload()
      },
    })
  }
  throw new RelayError('service_unknown', { params: { reason: `this system (${platform}) has none of them` } })
}

interface Steps {
  start(file: string): Promise<void>
  /** `service_unknown`: it would be started again, whatever is removed here. */
  stop(): Promise<void>
  forget(): Promise<void>
}

function manager(file: string, textOf: (command: readonly string[]) => string | Buffer, { start, stop, forget }: Steps): ServiceManager {
  return {
    async install(command) {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, textOf(command), { mode: 0o644 })
      await start(file).catch(async (cause: unknown) => {
        await rm(file, { force: true })
        throw new RelayError('service_unknown', { params: { reason: reasonOf(cause) }, cause })
      })
      return file
    },
    async remove() {
      const isThere = await stat(file).then(
        () => true,
        () => false,
      )
      if (!isThere) return { was: 'none' }
      const failure = await stop().then(
        () => undefined,
        (error: unknown) => {
          if (isRelayError(error)) throw error
          return { was: 'removed', reason: reasonOf(error) } as const
        },
      )
      await rm(file, { force: true })
      // Nor can one that was not told to stop be told this.
      await forget().catch(() => {})
      return failure ?? { was: 'stopped' }
    },
  }
}
