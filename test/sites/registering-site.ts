import { type BusinessSite, formOf, seeOther, serve } from './serve.ts'

export interface RegisteringSite extends BusinessSite {
  /** Passwords by user name. */
  readonly users: Map<string, string>
  /** Attempts to sign in. */
  readonly tries: { readonly username: string; readonly isRight: boolean }[]
  /** The person has followed the link in the mail. */
  activate(username: string): void
}

/** What it makes of the next registrations that are right; default: an account, at once. */
export type Behaviour =
  | 'honest'
  /** It makes the account, and lets nobody in before `activate`. */
  | 'wants-mail-confirmed'
  /** It makes the account and answers 500. */
  | 'fails'
  /** It makes the account and answers 403, without a word. */
  | 'forbids'
  /** It makes none and answers the same. */
  | 'forbids-and-makes-none'
  /** It makes the account and never answers. */
  | 'hangs'
  /** It makes none and never answers. */
  | 'loses'

export interface RegisteringOptions {
  readonly behaviour?: () => Behaviour
  /** Called with every registration, before anything is done with it. */
  readonly onRegistration?: () => void
  /** Puts a captcha into the form, with the answer `k7x2`. */
  readonly captcha?: boolean
}

/** A server where people register. Careless: it repeats what it refuses. It wants six characters at least, and a user name that is free. */
export async function startRegisteringSite({
  behaviour = () => 'honest',
  onRegistration = () => {},
  captcha = false,
}: RegisteringOptions = {}): Promise<RegisteringSite> {
  const users = new Map<string, string>([['taken', 'x']])
  const tries: RegisteringSite['tries'] = []
  const inactive = new Set<string>()
  const captchaField = captcha ? '<img src="/captcha.png" alt="captcha"><input name="captcha">' : ''
  const registerForm = `<form method="post" action="/register"><input name="username"><input name="email"><input type="password" name="password" minlength="30">
<input type="password" name="password2">${captchaField}<button>Create account</button></form>`
  const loginForm =
    '<form method="post" action="/login"><input name="username"><input type="password" name="password"><button>Sign in</button></form><a href="/register">Sign up</a>'
  const site = await serve((request) => {
    const form = formOf(request)
    const [username, password] = [form.get('username') ?? '', form.get('password') ?? '']
    const who = request.cookies.sid
    switch (`${request.method} ${request.path}`) {
      case 'GET /register':
        return { body: registerForm }
      case 'POST /register':
        onRegistration()
        if (behaviour() === 'loses') return undefined
        if (users.has(username) || password.length < 6 || password !== form.get('password2') || (captcha && form.get('captcha') !== 'k7x2'))
          return { body: `<p>That does not do.</p><p>Not with the password ${password}.</p>${registerForm}` }
        if (behaviour() === 'forbids-and-makes-none') return { status: 403, body: '<title>Forbidden</title>' }
        users.set(username, password)
        if (behaviour() === 'forbids') return { status: 403, body: '<title>Forbidden</title>' }
        if (behaviour() === 'hangs') return undefined
        if (behaviour() === 'fails') return { status: 500, body: 'broken' }
        if (behaviour() === 'wants-mail-confirmed') {
          inactive.add(username)
          return { body: '<p>We have sent you an e-mail. Open its link to activate your account.</p>' }
        }
        return seeOther('/welcome', [`sid=${username}; Path=/`])
      case 'POST /login': {
        const isRight = users.get(username) === password && !inactive.has(username)
        tries.push({ username, isRight })
        return isRight ? seeOther('/', [`sid=${username}; Path=/`]) : { status: 401, body: `<p>Wrong user name or password.</p>${loginForm}` }
      }
      case 'GET /captcha.png':
        return { headers: { 'content-type': 'image/png' }, body: onePixel }
      case 'GET /':
      case 'GET /welcome':
        return who === undefined ? seeOther('/login') : { body: `<h1>Hello ${who}</h1><a href="/logout">Sign out</a>` }
      case 'GET /login':
        return { body: loginForm }
      default:
        return { status: 404, body: 'none' }
    }
  })
  return { ...site, users, tries, activate: (username) => void inactive.delete(username) }
}

const onePixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')
