import { type BusinessSite, formOf, type SiteOptions, seeOther, serve } from './serve.ts'
import { SignInBook } from './sign-in-book.ts'

export interface RotatingSite extends BusinessSite {
  readonly book: SignInBook
}

/** Gives a new session cookie with every answer; the one before is worth nothing. */
export async function startRotatingSite(options: SiteOptions & { username?: string; password?: string } = {}): Promise<RotatingSite> {
  const book = new SignInBook(options.username ?? 'ann', options.password ?? 'correct horse')
  const site = await serve((request) => {
    const { sid } = request.cookies
    switch (`${request.method} ${request.path}`) {
      case 'GET /login':
        return { body: loginPage('') }
      case 'POST /login': {
        const id = book.signIn(formOf(request).get('username') ?? '', formOf(request).get('password') ?? '')
        return id === undefined ? { status: 401, body: loginPage('Invalid credentials') } : seeOther('/home', [cookie(id)])
      }
      case 'POST /logout':
        book.end(sid)
        return seeOther('/login', ['sid=; Path=/; Max-Age=0'])
      default: {
        const who = book.who(sid)
        if (who === undefined) return seeOther('/login')
        book.end(sid)
        const page = `<!doctype html><title>Home</title><p>Signed in as ${who}</p><form method="post" action="/logout"><button>Log out</button></form>`
        return { headers: { 'set-cookie': cookie(book.begin(who)) }, body: page }
      }
    }
  }, options)
  return { ...site, book }
}

function cookie(id: string): string {
  return `sid=${id}; Path=/; HttpOnly; SameSite=Strict`
}

function loginPage(message: string): string {
  return `<!doctype html><title>Log in</title><div class="alert">${message}</div><form method="post"><input name="username" placeholder="Username">
<input type="password" name="password" placeholder="Password"><input type="submit" value="Log in"></form>`
}
