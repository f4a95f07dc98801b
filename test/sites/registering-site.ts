import { type BusinessSite, formOf, seeOther, serve } from './serve.ts'

export interface RegisteringSite extends BusinessSite {
  /** Passwords by user name. */
  readonly users: Map<string, string>
  /** Attempts to sign in. */
  readonly tries: { readonly username: string; readonly isRight: boolean }[]
}

/** A server where people register: it wants six characters at least, and a user name that is free. */
export async function startRegisteringSite(): Promise<RegisteringSite> {
  const users = new Map<string, string>([['taken', 'x']])
  const tries: RegisteringSite['tries'] = []
  const registerForm = `<form method="post" action="/register"><input name="username"><input name="email"><input type="password" name="password">
<input type="password" name="password2"><button>Create account</button></form>`
  const loginForm = '<form method="post" action="/login"><input name="username"><input type="password" name="password"><button>Sign in</button></form>'
  const site = await serve((request) => {
    const form = formOf(request)
    const [username, password] = [form.get('username') ?? '', form.get('password') ?? '']
    const who = request.cookies.sid
    switch (`${request.method} ${request.path}`) {
      case 'GET /register':
        return { body: registerForm }
      case 'POST /register':
        if (users.has(username) || password.length < 6 || password !== form.get('password2')) return { body: `<p>That does not do.</p>${registerForm}` }
        users.set(username, password)
        return seeOther('/welcome', [`sid=${username}; Path=/`])
      case 'POST /login': {
        const isRight = users.get(username) === password
        tries.push({ username, isRight })
        return isRight ? seeOther('/', [`sid=${username}; Path=/`]) : { status: 401, body: `<p>Wrong user name or password.</p>${loginForm}` }
      }
      case 'GET /':
      case 'GET /welcome':
        return who === undefined ? seeOther('/login') : { body: `<h1>Hello ${who}</h1><a href="/logout">Sign out</a>` }
      case 'GET /login':
        return { body: loginForm }
      default:
        return { status: 404, body: 'none' }
    }
  })
  return { ...site, users, tries }
}
