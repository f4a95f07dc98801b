/** Settings as text, part by part. */
export type Saved = Readonly<Record<string, string>>

/** The settings of a desktop that browsers take their proxy from. */
export interface Desktop {
  /** What is set now, as text that `restore` takes. */
  read(): Promise<Saved>
  /** Has it use the PAC file at this address. Rejects where it does not, though its tool may have said nothing. */
  use(url: string): Promise<void>
  /** Of what was read, the parts that use the PAC file at this address still: a person may have changed the others since. */
  stillUsing(saved: Saved, url: string): Promise<Saved>
  /**
   * Of what was read, the parts that are as they were read or use the PAC file at this address, or stand in between, as a program leaves them
   * that was broken off while it set them: what is otherwise by now, a person has chosen since.
   */
  leftBetween(saved: Saved, url: string): Promise<Saved>
  /** Sets these parts as they were read; one that is not there any more is passed over. Rejects where they are not so then, though its tool may have said nothing. */
  restore(saved: Saved): Promise<void>
}

/** Runs a program of the system; gives what it printed. Rejects when it fails or is not there. */
export type Run = (command: string, ...words: string[]) => Promise<string>

/** Why a program of the system did not do what it was told, for a person: in its own words where it has said any. */
export function reasonOf(error: unknown): string {
  const { code, path, stderr, message } = error as NodeJS.ErrnoException & { readonly stderr?: string }
  if (code === 'ENOENT') return `there is no \`${path}\` here`
  const said = typeof stderr === 'string' ? stderr.trim().split('\n')[0] : undefined
  return said === undefined || said === '' ? (message.split('\n')[0] as string) : said
}
