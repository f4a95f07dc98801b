import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { RelayError } from '../../errors.ts'
import { writePrivate } from '../enrolments.ts'
import { type Desktop, type Run, reasonOf, type Saved } from './desktop.ts'
import { gnome } from './gnome.ts'
import { macos } from './macos.ts'
import { windows } from './windows.ts'

export { reasonOf } from './desktop.ts'

/** What was set before, and by what it was replaced. */
interface Replaced {
  readonly url: string
  readonly saved: Saved
  /** It is being set, or set back: a program that is killed meanwhile leaves some of both. Absent in what older programs wrote. */
  readonly isUnderWay?: boolean
}

const file = 'desktop.json'

/** Programs of the system, found by the PATH of this environment. */
export function systemRun(env: NodeJS.ProcessEnv): Run {
  return async (command, ...words) => (await promisify(execFile)(command, words, { env, timeout: 20_000, encoding: 'utf8' })).stdout
}

/** The desktop of this system, whose tools are run when it is asked. GNOME's where none else is known: whether it is there shows then. */
export function desktopOf(platform: NodeJS.Platform, run: Run): Desktop {
  if (platform === 'darwin') return macos(run)
  return platform === 'win32' ? windows(run) : gnome(run)
}

/**
 * Has the desktop use the PAC file at this address until `giveBack`. What was set before is on disk before it is replaced, so that a
 * program that is killed meanwhile finds it at its next start. `desktop_unknown`: none that is known is here.
 */
export async function takeOver(folder: string, desktop: Desktop, url: string): Promise<void> {
  try {
    await giveBack(folder, desktop)
    const replaced: Replaced = { url, saved: await desktop.read() }
    await write(folder, { ...replaced, isUnderWay: true })
    await desktop.use(url)
    await write(folder, replaced)
  } catch (cause) {
    await giveBack(folder, desktop).catch(() => {})
    throw new RelayError('desktop_unknown', { params: { url, reason: reasonOf(cause) }, cause })
  }
}

/**
 * Sets again what was set before; what a person has set since is left as it is. False: nothing had been replaced. Rejects where the desktop
 * does not take it; what was set before stays on disk then, for the next time.
 */
export async function giveBack(folder: string, desktop: Desktop): Promise<boolean> {
  const replaced = await readReplaced(folder)
  if (replaced === undefined) return false
  const { url, isUnderWay = false } = replaced
  const saved = await (isUnderWay ? desktop.leftBetween(replaced.saved, url) : desktop.stillUsing(replaced.saved, url))
  await write(folder, { url, saved, isUnderWay: true })
  await desktop.restore(saved)
  await rm(join(folder, file), { force: true })
  return true
}

function write(folder: string, replaced: Replaced): Promise<void> {
  return writePrivate(folder, file, JSON.stringify(replaced))
}

async function readReplaced(folder: string): Promise<Replaced | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, file), 'utf8')) as Replaced
  } catch {
    return undefined
  }
}
