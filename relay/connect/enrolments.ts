import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { RelayError } from '../errors.ts'

/** What a client holds to prove itself at one relay, and to know that relay by. Texts are PEM. */
export interface Enrolment {
  /** HOST:PORT of the relay's TLS listener. */
  readonly address: string
  readonly device: string
  readonly deviceId: string
  readonly key: string
  readonly certificate: string
  /** What alone vouches for the relay: nothing else that this machine trusts does. */
  readonly authority: string
}

const fields = ['address', 'device', 'deviceId', 'key', 'certificate', 'authority'] as const

/** The folder of the person who runs the client: mode 0700. */
export function connectFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const { LOGIN_RELAY_CONNECT: own, XDG_CONFIG_HOME: xdg, APPDATA: appData } = env
  if (own !== undefined && own !== '') return own
  if (platform === 'win32') return join(appData ?? homedir(), 'login-relay', 'connect')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'login-relay', 'connect')
  return join(xdg === undefined || xdg === '' ? join(homedir(), '.config') : xdg, 'login-relay', 'connect')
}

/** The relays this client is enrolled at, in the order of preference. One file, mode 0600. */
export class Enrolments {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** `connect_folder_damaged` where the file is none of ours; none where there is no file. */
  async list(): Promise<Enrolment[]> {
    const text = await readFile(this.#file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]'
      throw this.#damaged(error)
    })
    const read = readArray(text)
    if (read === undefined) throw this.#damaged()
    return read
  }

  /** In the place of the one at the same address; a new one comes last. */
  async put(enrolment: Enrolment): Promise<void> {
    const others = await this.list()
    const at = others.findIndex(({ address }) => address === enrolment.address)
    const next = at < 0 ? [...others, enrolment] : others.with(at, enrolment)
    await writePrivate(this.folder, 'relays.json', `${JSON.stringify(next, null, 2)}\n`)
  }

  /** False: there was none. */
  async remove(address: string): Promise<boolean> {
    const all = await this.list()
    const left = all.filter((one) => one.address !== address)
    if (left.length === all.length) return false
    await writePrivate(this.folder, 'relays.json', `${JSON.stringify(left, null, 2)}\n`)
    return true
  }

  get #file(): string {
    return join(this.folder, 'relays.json')
  }

  #damaged(cause?: unknown): RelayError {
    return new RelayError('connect_folder_damaged', { params: { file: this.#file }, cause })
  }
}

/** In one step, so that half a file is never read as a whole one, and at no moment open to others. */
export async function writePrivate(folder: string, name: string, text: string | Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const temporary = join(folder, `.${name}.${randomBytes(6).toString('hex')}`)
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush: true })
    await rename(temporary, join(folder, name))
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new RelayError('usage', { params: { problem: `The folder ${folder} cannot be written.`, verb: 'connect' }, cause })
  }
}

function readArray(text: string): Enrolment[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!Array.isArray(value)) return undefined
    const isWhole = (one: unknown): one is Enrolment => fields.every((field) => typeof (one as Partial<Enrolment> | null)?.[field] === 'string')
    return value.every(isWhole) ? value : undefined
  } catch {
    return undefined
  }
}
