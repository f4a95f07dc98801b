/** One row of the catalogue. `exit` is the CLI's exit code: 1 failed, 2 wrong usage. */
export interface ErrorRow {
  readonly status: number
  readonly exit: 1 | 2
  readonly text: string
  readonly next: string
}
