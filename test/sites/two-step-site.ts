import { randomBytes } from 'node:crypto'
import { type BusinessSite, formOf, type SiteOptions, seeOther, serve } from './serve.ts'
import { SignInBook } from './sign-in-book.ts'

export interface TwoStepSite extends BusinessSite {
  readonly book: SignInBook
}

/** Asks for the user name first and for the password on the next page; the first step is remembered in a cookie. */
export async function startTwoStepSite(options: SiteOptions & { username?: string; password?: string } = {}): Promise<TwoStepSite> {
  const book = new SignInBook(options.username ?? 'ann@example.test', options.password ?? 'correct horse')
  const begun = new Map<string, string>()
  const site = await serve((request) => {
    const form = formOf(request)
    switch (`${request.method} ${request.path}`) {
      case 'GET /login':
        return page('Sign in', searchForm + userForm(''))
      case 'POST /login/identify': {
        const username = form.get('identifier') ?? ''
        if (!book.accounts.some((account) => account.username === username))
          return page('Sign in', userForm("We couldn't find an account with that email address."))
        const flow = randomBytes(8).toString('hex')
        begun.set(flow, username)
        return seeOther('/login/password', [`flow=${flow}; Path=/login; HttpOnly`])
      }
      case 'GET /login/password':
        return begun.has(request.cookies.flow ?? '') ? page('Welcome', passwordForm('')) : seeOther('/login')
      case 'POST /login/password': {
        const username = begun.get(request.cookies.flow ?? '')
        if (username === undefined) return seeOther('/login')
        const id = book.signIn(username, form.get('passwd') ?? '')
        if (id === undefined) return page('Welcome', passwordForm('Wrong password. Try again.'))
        begun.delete(request.cookies.flow ?? '')
        return seeOther('/home', [`session=${id}; Path=/; HttpOnly`, 'flow=; Path=/login; Max-Age=0'])
      }
      case 'GET /signout':
        book.end(request.cookies.session)
        return seeOther('/login', ['session=; Path=/; Max-Age=0'])
      default: {
        const who = book.who(request.cookies.session)
        return who === undefined ? seeOther('/login') : page('Home', `<p>Hello ${who}</p><nav><a href="/signout">Sign out</a></nav>`)
      }
    }
  }, options)
  return { ...site, book }
}

const searchForm = '<form action="/search"><input type="text" name="q" placeholder="Search"><button>Search</button></form>'

function userForm(message: string): string {
  return `<form method="post" action="/login/identify"><p role="alert">${message}</p><label for="i">Email address</label>
<input id="i" type="email" name="identifier" autocomplete="username"><button>Next</button></form>`
}

function passwordForm(message: string): string {
  return `<form method="post" action="/login/password"><p role="alert">${message}</p><label>Password <input type="password" name="passwd"></label><button>Sign in</button></form>`
}

function page(title: string, content: string) {
  return { body: `<!doctype html><title>${title}</title><h1>${title}</h1>${content}` }
}
