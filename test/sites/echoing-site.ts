import { type BusinessSite, formOf, type SiteOptions, seeOther, serve } from './serve.ts'
import { SignInBook } from './sign-in-book.ts'

export interface EchoingSite extends BusinessSite {
  readonly book: SignInBook
}

/**
 * A careless server: it repeats the password on the page that refuses it, in a cookie, in the address it leads to and on the profile
 * page there; with `inCookie` also in a cookie that is to remember the person. Its home page is clean.
 */
export async function startEchoingSite(options: SiteOptions & { username?: string; password?: string; inCookie?: boolean } = {}): Promise<EchoingSite> {
  const book = new SignInBook(options.username ?? 'ann', options.password ?? 'correct horse')
  const site = await serve((request) => {
    const [path] = request.path.split('?')
    const form = formOf(request)
    const password = form.get('password') ?? ''
    switch (`${request.method} ${path}`) {
      case 'GET /login':
        return { body: loginPage('') }
      case 'POST /login': {
        const id = book.signIn(form.get('username') ?? '', password)
        const query = `?pw=${encodeURIComponent(password)}`
        const remembered = `remember=${Buffer.from(`${form.get('username')}|${password}`).toString('base64url')}; Path=/; Max-Age=86400`
        if (id !== undefined) return seeOther(`/profile${query}`, [`sid=${id}; Path=/; HttpOnly`, ...(options.inCookie === true ? [remembered] : [])])
        return { headers: { 'set-cookie': `last_try=${encodeURIComponent(password)}; Path=/` }, body: loginPage(echo('Invalid password', password)) }
      }
      case 'GET /logout':
        book.end(request.cookies.sid)
        return seeOther('/login', ['sid=; Path=/; Max-Age=0'])
    }
    const who = book.who(request.cookies.sid)
    if (who === undefined) return seeOther('/login')
    const own = book.accounts[0]?.password ?? ''
    if (path === '/profile')
      return { body: `<!doctype html><title>${escapeHtml(own)}</title>${echo('Your password', own)}<a href="/logout">Log out ${escapeHtml(own)}</a>` }
    return { body: `<!doctype html><title>Home</title><p>Signed in as ${who}</p><a href="/logout">Log out</a>` }
  }, options)
  return { ...site, book }
}

function loginPage(message: string): string {
  return `<!doctype html><title>Log in</title><div class="error">${message}</div><form method="post" action="/login"><input name="username" placeholder="Username">
<input type="password" name="password" placeholder="Password"><button>Log in</button></form>`
}

function echo(words: string, password: string): string {
  return `${words}: ${escapeHtml(password)} <script>var form = ${JSON.stringify({ password }).replaceAll('<', '\\u003c')}</script>
<input name="old" value="${escapeHtml(password)}"><a href="/help?pw=${encodeURIComponent(password)}">${Buffer.from(password).toString('base64')}</a>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
