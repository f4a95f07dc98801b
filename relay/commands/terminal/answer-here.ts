import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRelayError } from '../../errors.ts'
import { type RelayClient, readBytes } from '../verb/client.ts'
import { printable, printNote } from '../verb/output.ts'
import { askUntil } from './ask-until.ts'
import { findGraphics, type Graphics } from './graphics.ts'

interface Challenge {
  readonly id: string
  readonly kind: string
  readonly question: string
  readonly expiresAt: number
  readonly canReload: boolean
}

/** Puts a challenge to the person at this terminal until `signal` aborts: somebody may answer it in the portal meanwhile. */
export async function answerHere(relay: RelayClient, id: string, signal: AbortSignal): Promise<void> {
  const challenge = (await relay.call<Challenge[]>('GET', '/api/v1/challenges')).find((one) => one.id === id)
  if (challenge === undefined || signal.aborted) return
  const picture = challenge.kind === 'captcha' ? new ShownPicture(relay, id) : undefined
  try {
    await picture?.show()
    if (challenge.canReload) printNote('Enter alone: another image.')
    const answer = await askOnce(relay, challenge, picture, signal)
    if (answer === undefined) return printNote(signal.aborted ? '\nIt is no longer asked.' : '\nNot answered here; the portal asks as long as there is time.')
    await relay.call('POST', `/api/v1/challenges/${id}`, { answer })
  } catch (error) {
    if (!isRelayError(error, 'not_found')) throw error
    printNote('It was answered elsewhere, or its time is over.')
  } finally {
    await picture?.remove()
  }
}

async function askOnce(relay: RelayClient, challenge: Challenge, picture: ShownPicture | undefined, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    const answer = await askUntil({ question: printable(challenge.question), until: challenge.expiresAt, signal })
    if (answer === undefined || answer.trim() !== '') return answer?.trim()
    if (!challenge.canReload) continue
    await relay.call('POST', `/api/v1/challenges/${challenge.id}/reload`, {})
    await picture?.show()
  }
}

/** The image in the terminal where it can show one, else in a file that only this user reads and that goes with the question. */
class ShownPicture {
  readonly #relay: RelayClient
  readonly #id: string
  #folder: string | undefined
  #graphics: Promise<Graphics | undefined> | undefined

  constructor(relay: RelayClient, id: string) {
    this.#relay = relay
    this.#id = id
  }

  async show(): Promise<void> {
    const answer = await this.#relay.open('GET', `/api/v1/challenges/${this.#id}/image`)
    const image = await readBytes(answer)
    this.#graphics ??= process.stderr.isTTY ? findGraphics(process.env, process.stdin, process.stderr) : Promise.resolve(undefined)
    const graphics = await this.#graphics
    const drawn = graphics === undefined ? undefined : await drawnOrNot(image, graphics)
    if (drawn !== undefined) return void process.stderr.write(`${drawn}\n`)
    this.#folder ??= await mkdtemp(join(tmpdir(), 'login-relay-'))
    const file = join(this.#folder, `captcha.${ending((answer as Partial<IncomingMessage>).headers?.['content-type'])}`)
    await writeFile(file, image, { mode: 0o600 })
    printNote(`The image is in ${file}`)
  }

  async remove(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }
}

/** What draws is loaded for who sees it: most sign-ins ask nothing. */
async function drawnOrNot(image: Buffer, graphics: Graphics): Promise<string | undefined> {
  try {
    const { draw } = await import('./draw.ts')
    return await draw(image, graphics)
  } catch {
    return undefined
  }
}

/** A file name that viewers understand. */
function ending(type = ''): string {
  return /^image\/(png|jpeg|gif|webp|bmp|svg)/.exec(type)?.[1] ?? 'image'
}
