import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { readNewPassword, type SecretOptions, takesPassword } from '../secrets/read-secret.ts'
import { quiet } from '../verb/client.ts'
import { printJson, printLine } from '../verb/output.ts'
import type { CommonOptions, Settings } from '../verb/settings.ts'
import { takesCommon } from '../verb/verb.ts'

interface InitOptions extends CommonOptions, SecretOptions {
  readonly user?: string
}

interface FirstUser {
  readonly name: string
  readonly password: string
}

/** `init`: data directory, master key, CA, configuration file, and the first user where one is named: else `serve` prints a link for whoever that will be. */
export function initVerb(command: Command): void {
  takesPassword(takesCommon(command))
    .option('--user <NAME>', 'the first user, who runs this relay; default: `serve` prints a link for that, good once')
    .action(init)
}

async function init(options: InitOptions): Promise<void> {
  const { loadConfig } = await import('../../../config/index.ts')
  const loaded = await loadConfig({
    // One that is named and not there yet is written below; that of another relay says nothing about this one.
    ...(options.config === undefined ? {} : { file: (await exists(options.config)) ? options.config : null }),
    ...(options.data === undefined ? {} : { data: options.data }),
    cwd: process.cwd(),
    env: process.env,
  })
  const { folder } = loaded
  if (await exists(storeIn(folder))) {
    const advice = 'Start it with `login-relay serve`, or name another directory with --data.'
    throw new RelayError('already_exists', { params: { what: `a relay in ${folder}`, advice } })
  }
  const first = await readFirstUser(options)
  const file = await make(loaded, options, first)

  if (options.json === true) return printJson({ data: folder, config: file, ...(first === undefined ? {} : { user: first.name }) })
  printLine(`Data directory  ${folder}`)
  printLine(`Configuration   ${file}`)
  printLine(`First user      ${first === undefined ? 'nobody yet: `login-relay serve` prints a link for that' : first.name}`)
  printLine()
  printLine('Keep a copy of the data directory, master key included: without the key nothing in it opens.')
  // Later commands find ./relay.yaml by themselves.
  const which = file === resolve('relay.yaml') ? '' : ` --config ${relative('.', file)}`
  printLine(`Next: \`login-relay serve${which}\`, then \`login-relay site add URL${which}\`.`)
}

/** Gives the configuration file. A run that fails takes away again what it has made. */
async function make({ config, folder, file: present }: Settings, options: InitOptions, first: FirstUser | undefined): Promise<string> {
  const before: string[] = await readdir(folder).catch(() => [])
  const made: string[] = []
  /** Of two runs at once in one folder, at most one has made it, or its key. */
  let isOurs = false
  try {
    const highest = await makeFolder(folder)
    if (highest !== undefined) made.push(highest)
    const { createMasterKey } = await import('../../vault/index.ts')
    const key = await createMasterKey(config.masterKey, folder)
    if (key !== undefined) made.push(key)
    isOurs = made.length > 0
    // Before the store: where this is killed in between, `serve` finds the relay, and prints the link for its first user.
    const { file, isNew } = await writeConfig(options, present, folder)
    if (isNew) made.push(file)
    await fill(config, folder, first)
    return file
  } catch (error) {
    if (isOurs || !(await exists(storeIn(folder)))) {
      const added = (await readdir(folder).catch(() => [])).filter((name) => isOurs && !before.includes(name))
      for (const path of [...made, ...added.map((name) => join(folder, name))]) await rm(path, { recursive: true, force: true }).catch(() => {})
    }
    throw error
  }
}

async function fill(config: Settings['config'], folder: string, first: FirstUser | undefined): Promise<void> {
  const { createRelay } = await import('../../app.ts')
  const relay = await createRelay({ config: quiet(config), folder, env: process.env, listen: 'local' })
  try {
    await relay.start()
    if (first !== undefined) await relay.identity.addUser({ ...first, role: 'admin' })
  } finally {
    await relay.stop()
  }
}

/** Undefined: whoever opens the link that `serve` prints. One that the relay would refuse is refused before anything is made. */
async function readFirstUser({ user: name, ...options }: InitOptions): Promise<FirstUser | undefined> {
  if (name !== undefined) {
    const { checkNewPassword, checkUserName } = await import('../../identity/index.ts')
    checkUserName(name)
    const password = await readNewPassword(options, `Password for ${name} at this relay: `, 'init')
    await checkNewPassword(password, name)
    return { name, password }
  }
  if (options.passwordStdin !== true && options.passwordFile === undefined) return undefined
  throw new RelayError('usage', { params: { problem: 'Say whose password it is, with --user NAME.', verb: 'init' } })
}

function storeIn(folder: string): string {
  return join(folder, 'store.json')
}

/** Gives the highest folder that it had to make. */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new RelayError('data_unwritable', { params: { dir: folder }, cause })
  }
}

/**
 * The file that later commands find by themselves: the one asked for, else ./relay.yaml, else, where that is there and a data
 * directory is named beside it, relay.yaml in that directory, which `--data` finds. One that is there is left as it is.
 */
async function writeConfig(options: InitOptions, present: string | undefined, folder: string): Promise<{ readonly file: string; readonly isNew: boolean }> {
  const here = resolve('relay.yaml')
  const file = options.config !== undefined ? resolve(options.config) : present === here && options.data !== undefined ? join(folder, 'relay.yaml') : here
  const beside = relative(resolve(file, '..'), folder)
  const data = isAbsolute(options.data ?? '') ? folder : `./${beside}`
  try {
    await writeFile(file, `# The configuration of this relay; docs/configuration.md lists every key.\ndata: ${JSON.stringify(data)}\n`, { flag: 'wx' })
    return { file, isNew: true }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw new RelayError('config_unreadable', { params: { file }, cause })
    return { file, isNew: false }
  }
}

async function exists(path: string | undefined): Promise<boolean> {
  return (
    path !== undefined &&
    access(path).then(
      () => true,
      () => false,
    )
  )
}
