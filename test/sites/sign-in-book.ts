import { randomBytes } from 'node:crypto'

/** The accounts and live sessions of a small server, and what it made of each sign-in. */
export class SignInBook {
  readonly accounts: readonly { readonly username: string; readonly password: string }[]
  readonly outcomes: ('signed-in' | 'wrong-password')[] = []
  readonly #sessions = new Map<string, string>()

  constructor(username: string, password: string) {
    this.accounts = [{ username, password }]
  }

  /** Judges and records a sign-in; a session id when it is right. */
  signIn(username: string, password: string): string | undefined {
    const isRight = this.accounts.some((account) => account.username === username && account.password === password)
    this.outcomes.push(isRight ? 'signed-in' : 'wrong-password')
    return isRight ? this.begin(username) : undefined
  }

  begin(username: string): string {
    const id = randomBytes(16).toString('hex')
    this.#sessions.set(id, username)
    return id
  }

  /** Who is signed in with this session id. */
  who(id: string | undefined): string | undefined {
    return this.#sessions.get(id ?? '')
  }

  end(id: string | undefined): void {
    this.#sessions.delete(id ?? '')
  }

  expireAll(): void {
    this.#sessions.clear()
  }

  get alive(): number {
    return this.#sessions.size
  }
}
