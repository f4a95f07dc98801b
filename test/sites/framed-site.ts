import { homePages } from './home-pages.ts'
import { type BusinessSite, formOf, type SiteOptions, seeOther, serve } from './serve.ts'
import { SignInBook } from './sign-in-book.ts'

export interface FramedSite extends BusinessSite {
  readonly book: SignInBook
}

/** Its login page is a frameset whose main frame holds a page with an inline frame, and the form is in that one. */
export async function startFramedSite(options: SiteOptions & { username?: string; password?: string } = {}): Promise<FramedSite> {
  const book = new SignInBook(options.username ?? 'ann', options.password ?? 'correct horse')
  const site = await serve((request) => {
    switch (`${request.method} ${request.path}`) {
      case 'GET /login':
        return { body: '<!doctype html><title>Acme</title><frameset rows="80,*"><frame src="/head.html"><frame src="/main.html"></frameset>' }
      case 'GET /head.html':
        return { body: '<!doctype html><h1>Acme</h1>' }
      case 'GET /main.html':
        return { body: '<!doctype html><p>Welcome to Acme.</p><iframe src="/auth/box"></iframe>' }
      case 'GET /auth/box':
        return { body: box('') }
      case 'POST /auth/in': {
        const form = formOf(request)
        const id = book.signIn(form.get('user') ?? '', form.get('pass') ?? '')
        return id === undefined ? { body: box('Wrong user name or password.') } : seeOther('/home', [`sid=${id}; Path=/; HttpOnly`])
      }
      default:
        return homePages(book, request)
    }
  }, options)
  return { ...site, book }
}

function box(message: string): string {
  return `<!doctype html><p role="alert">${message}</p><form method="post" action="in"><label>User <input name="user"></label>
<label>Password <input type="password" name="pass"></label><button>Sign in</button></form>`
}
