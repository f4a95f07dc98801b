import type { StepName } from '../../../adapters/index.ts'
import type { LoginStep } from '../contract.ts'

const longestText = 300

/** The steps of one sign-in as they are told: scrubbed, on one line, with the milliseconds each took. */
export class StepLog {
  readonly steps: LoginStep[] = []
  readonly #began = performance.now()
  readonly #scrub: (text: string) => string
  readonly #tell: (step: LoginStep) => void
  #last = this.#began

  constructor(scrub: (text: string) => string, tell: (step: LoginStep) => void) {
    this.#scrub = scrub
    this.#tell = tell
  }

  add(name: StepName, text: string): void {
    this.addSafe(name, this.safe(text))
  }

  /** A step whose text is safe already, or our own. */
  addSafe(name: StepName, text: string): void {
    const now = performance.now()
    const step = { name, text, ms: tenths(now - this.#last), at: tenths(now - this.#began) }
    this.#last = now
    this.steps.push(step)
    this.#tell(step)
  }

  /** Text that may hold what a site said, made fit to be shown: no secret, no control characters, not too long. */
  safe(text: string): string {
    // Scrubbed before it is cut: half a secret would not be found.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is removed
    const line = this.#scrub(text).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    return line.length <= longestText ? line : `${line.slice(0, longestText - 3)}...`
  }

  get elapsed(): number {
    return performance.now() - this.#began
  }
}

export function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
