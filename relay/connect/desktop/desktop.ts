/** The settings of a desktop that browsers take their proxy from. */
export interface Desktop {
  /** What is set now, as text that `restore` takes. */
  read(): Promise<Readonly<Record<string, string>>>
  /** Has it use the PAC file at this address. */
  use(url: string): Promise<void>
  /** Is what it uses now the PAC file at this address? A person may have changed it since. */
  uses(url: string): Promise<boolean>
  restore(saved: Readonly<Record<string, string>>): Promise<void>
}

/** Runs a program of the system; gives what it printed. Rejects when it fails or is not there. */
export type Run = (command: string, ...words: string[]) => Promise<string>
