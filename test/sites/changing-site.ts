import { readFileSync, writeFileSync } from 'node:fs'
import { type Answer, type BusinessSite, formOf, type ReceivedRequest, type SiteOptions, seeOther, serve } from './serve.ts'
import { SignInBook } from './sign-in-book.ts'

export interface ChangingSite extends BusinessSite {
  /** Passwords that were tried at the sign-in form, and what came of it. */
  readonly tries: { readonly password: string; readonly isRight: boolean }[]
  /** Changes that were asked for. */
  readonly changes: URLSearchParams[]
  password(): string
  setPassword(password: string): void
  /** What it makes of the next changes; default: it takes those that are right. */
  behave(how: Behaviour): void
  /** Called when a change was asked for and, where it is right, made; before the answer. */
  onChange(listener: () => void): void
  /** Ends every session. */
  expireAll(): void
}

export type Behaviour =
  | 'honest'
  /** It says that it has changed the password, and has not. */
  | 'says-yes-does-nothing'
  /** It says that it has not, and has. */
  | 'says-no-changes'
  /** It repeats every value it was given. */
  | 'echoes'
  /** It answers 500. */
  | 'fails'
  /** It takes the change and never answers. */
  | 'hangs'
  /** It takes the change, ends every session and leads to its login page. */
  | 'signs-out'

export interface ChangingOptions extends SiteOptions {
  readonly username?: string
  readonly password?: string
  /** A file that holds the password: the site keeps its state over its own death. */
  readonly file?: string
  /** Attributes of the field for the new password. */
  readonly attributes?: string
  /** Where the form is; default: where a link leads. */
  readonly path?: string
  /** Called with every request before it is answered. */
  readonly onRequest?: (request: ReceivedRequest) => void | Promise<void>
}

/** A server with sessions whose users change their passwords: with the present one, the new one, and that again. */
export async function startChangingSite(options: ChangingOptions = {}): Promise<ChangingSite> {
  const { username = 'ann', file, attributes = '', path = '/account/password' } = options
  let kept = options.password ?? 'correct horse'
  if (file !== undefined && options.password !== undefined) writeFileSync(file, kept)
  const password = () => (file === undefined ? kept : readFileSync(file, 'utf8'))
  const setPassword = (next: string) => {
    kept = next
    if (file !== undefined) writeFileSync(file, next)
  }
  const sessions = new SignInBook(username, '')
  const tries: ChangingSite['tries'] = []
  const changes: URLSearchParams[] = []
  let behaviour: Behaviour = 'honest'
  let tellChange = (): void => {}

  const signIn = (form: URLSearchParams): Answer => {
    const given = form.get('password') ?? ''
    const isRight = form.get('username') === username && given === password()
    tries.push({ password: given, isRight })
    if (!isRight) return { status: 401, body: page('Sign in', `<p class="error">Wrong user name or password.</p>${signInForm}`) }
    return seeOther('/home', [`sid=${sessions.begin(username)}; Path=/; HttpOnly`])
  }

  const change = (form: URLSearchParams): Answer | undefined => {
    changes.push(form)
    const [old, next, again] = [form.get('old_password'), form.get('new_password') ?? '', form.get('new_password_again')]
    const problem = old !== password() ? 'The present password is not correct.' : next !== again ? 'The passwords do not match.' : undefined
    if (behaviour === 'fails') return { status: 500, body: page('Error', '<p>Something broke</p>') }
    if (behaviour === 'says-yes-does-nothing') return { body: page('Done', '<p>Your password has been changed.</p><a href="/logout">Sign out</a>') }
    if (problem === undefined) setPassword(next)
    tellChange()
    if (behaviour === 'hangs') return undefined
    if (behaviour === 'signs-out' && problem === undefined) {
      sessions.expireAll()
      return seeOther('/login', ['sid=; Path=/; Max-Age=0'])
    }
    const echo =
      behaviour === 'echoes' ? `<p>You said ${old}, ${next} and ${again}; ${encodeURIComponent(next)}; ${Buffer.from(next).toString('base64')}</p>` : ''
    if (problem !== undefined || behaviour === 'says-no-changes') {
      return { body: page('Change password', `<p class="error">${problem ?? 'The password is too weak.'}</p>${changeForm}${echo}`) }
    }
    return { body: page('Done', `<p>Your password has been changed.</p><a href="/logout">Sign out</a>${echo}`) }
  }

  const changeForm = `<form method="post" action="${path}"><input type="hidden" name="csrf" value="t0ken">
<label>Present password <input type="password" name="old_password"></label>
<label>New password <input type="password" name="new_password" ${attributes}></label>
<label>New password again <input type="password" name="new_password_again"></label>
<button name="save">Change password</button></form>`

  const site = await serve(async (request) => {
    await options.onRequest?.(request)
    const form = formOf(request)
    const who = sessions.who(request.cookies.sid)
    switch (`${request.method} ${request.path.split('?')[0]}`) {
      case 'GET /login':
        return { body: page('Sign in', signInForm) }
      case 'POST /login':
        return signIn(form)
      case 'GET /logout':
        sessions.end(request.cookies.sid)
        return seeOther('/login', ['sid=; Path=/; Max-Age=0'])
      case 'GET /home':
      case 'GET /':
        if (who === undefined) return seeOther('/login')
        return { body: page('Home', `<p>Hello ${who}</p><a href="/profile">My profile</a> <a href="/logout">Sign out</a>`) }
      case 'GET /profile':
        return who === undefined ? seeOther('/login') : { body: page('Profile', `<a href="${path}">Change your password</a> <a href="/logout">Sign out</a>`) }
      case `GET ${path}`:
        return who === undefined ? seeOther('/login') : { body: page('Change password', `${changeForm}<a href="/logout">Sign out</a>`) }
      case `POST ${path}`:
        return who === undefined ? seeOther('/login') : change(form)
      default:
        return { status: 404, body: page('Not found', '<p>No such page</p>') }
    }
  }, options)

  return {
    ...site,
    tries,
    changes,
    password,
    setPassword,
    behave: (how) => {
      behaviour = how
    },
    onChange: (listener) => {
      tellChange = listener
    },
    expireAll: () => sessions.expireAll(),
  }
}

const signInForm = `<form method="post" action="/login"><label>User name <input name="username"></label>
<label>Password <input type="password" name="password"></label><button>Sign in</button></form>`

function page(title: string, body: string): string {
  return `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1>${body}</body></html>`
}
