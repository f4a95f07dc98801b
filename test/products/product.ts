/** A real product, or a fixture server that follows one's source: started for a test with one account, and gone after it. */
export interface Product {
  /** What a person would type in to enrol it. */
  readonly url: string
  readonly account: { readonly username: string; readonly password: string }
  /** A page for the signed-in alone, and words that stand on it. */
  readonly inside: { readonly url: string; readonly says: RegExp }
  /** Of that page; default: UTF-8. */
  readonly charset?: string
  /** Hosts that its addresses name, and the address they lead to. */
  readonly hosts?: Readonly<Record<string, string>>
  /** What it made of each password that reached it. A real product does not tell. */
  readonly outcomes?: () => readonly ('signed-in' | 'wrong-password')[]
  /** How many sessions it has alive. A real product does not tell; one that nobody can sign out of by asking has nothing to end. */
  readonly alive?: () => number
  /** What a person reads in a captcha image of its. */
  readonly answer?: (image: Buffer) => string
  stop(): Promise<void>
}

/** Characters that a careless site, or a careless relay, would mangle. */
export const account = { username: 'ann', password: 'correct: horse & 100%+1' } as const
