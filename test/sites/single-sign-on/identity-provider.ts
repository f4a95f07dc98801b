import type { BusinessSite } from '../serve.ts'
import type { SignInBook } from '../sign-in-book.ts'

/** An identity provider and an application that trusts it, at two origins. */
export interface SingleSignOn {
  readonly application: BusinessSite & { readonly book: SignInBook }
  /** Where the password goes. `account` is its page for the signed-in. */
  readonly provider: Pick<BusinessSite, 'origin'> & { readonly book: SignInBook; readonly account: string }
  stop(): Promise<void>
}

export interface SingleSignOnOptions {
  readonly username?: string
  readonly password?: string
  /** Given where the provider listens, gives the origin by which everybody reaches it: that of a server in front of it. */
  readonly inFront?: (origin: string) => Promise<string>
}

export const hosts = { application: 'app.test', provider: 'sso.test' } as const

/** The origin by which everybody reaches the server at this port of loopback. */
export function originOf(port: string | number, inFront: SingleSignOnOptions['inFront']): Promise<string> {
  return inFront === undefined ? Promise.resolve(`http://${hosts.provider}:${port}`) : inFront(`http://127.0.0.1:${port}`)
}

/** `hidden`: fields that go along. */
export function loginForm(action: string, message: string, hidden: Readonly<Record<string, string>> = {}): string {
  const fields = Object.entries(hidden).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
  return `<!doctype html><title>Single sign-on</title><h1>Acme ID</h1><p role="alert">${message}</p><form method="post" action="${action}">${fields.join('')}
<label>User name <input name="username" autocomplete="username"></label><label>Password <input type="password" name="password"></label><button>Sign in</button></form>`
}
