import { createHash } from 'node:crypto'
import { type BusinessSite, type SiteOptions, serve } from '../serve.ts'
import { SignInBook } from '../sign-in-book.ts'

export interface ScriptedSite extends BusinessSite {
  readonly book: SignInBook
  /** Bodies of sign-ins as they arrived. */
  readonly received: readonly string[]
  /** The present password: a signed-in person may change it. */
  password(): string
}

export interface ScriptedSiteOptions extends SiteOptions {
  readonly username?: string
  readonly password?: string
  /** What the script sends in the password's place; default: the password. */
  readonly sends?: 'password' | 'sha256'
  /** Where the script keeps the token; default: `localStorage`. */
  readonly keepsIn?: 'localStorage' | 'sessionStorage'
  /** Runs in the page beside its own script. */
  readonly extra?: string
}

/**
 * An application of one page: an empty document whose script draws a sign-in without a form, posts JSON by fetch, keeps the token in
 * storage and sends it as a bearer token.
 */
export async function startScriptedSite(options: ScriptedSiteOptions = {}): Promise<ScriptedSite> {
  const { sends = 'password', keepsIn = 'localStorage', extra = '' } = options
  let password = options.password ?? 'correct horse'
  const user = options.username ?? 'ann'
  const book = new SignInBook(user, '')
  const received: string[] = []
  const site = await serve((request) => {
    const json = (status: number, value: unknown) => ({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) })
    const token = request.headers.authorization?.replace(/^Bearer /, '')
    switch (`${request.method} ${request.path}`) {
      case 'POST /rpc': {
        received.push(request.body.toString())
        const { a: username, b } = JSON.parse(request.body.toString()) as { a: string; b: string }
        const isRight = username === user && b === (sends === 'sha256' ? sha256(password) : password)
        book.outcomes.push(isRight ? 'signed-in' : 'wrong-password')
        return isRight ? json(200, { token: book.begin(user) }) : json(200, { error: `Wrong password for ${username}: ${b}` })
      }
      case 'POST /rpc/password': {
        if (book.who(token) === undefined) return json(401, {})
        const { old, next } = JSON.parse(request.body.toString()) as { old: string; next: string }
        if (old !== password) return json(200, { said: 'The present password is not correct.' })
        password = next
        return json(200, { said: 'Your password has been changed.' })
      }
      case 'GET /rpc/me': {
        const who = book.who(token)
        return who === undefined ? json(401, {}) : json(200, { who })
      }
      case 'GET /app.js':
        return { headers: { 'content-type': 'text/javascript' }, body: `const kept = ${keepsIn}\n${application(sends)}\n${extra}` }
      default:
        return {
          body: '<!doctype html><title>Orders</title><div id="app"></div><noscript>You need to enable JavaScript to run this app.</noscript><script src="/app.js"></script>',
        }
    }
  }, options)
  return { ...site, book, received, password: () => password }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function application(sends: 'password' | 'sha256'): string {
  const hash = `Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(b))), (n) => n.toString(16).padStart(2, '0')).join('')`
  return `
const app = document.getElementById('app')
const make = (tag, facts, ...inside) => { const it = Object.assign(document.createElement(tag), facts); it.append(...inside); return it }
async function show() {
  const token = kept.getItem('token')
  const me = token && await (await fetch('/rpc/me', { headers: { authorization: 'Bearer ' + token } })).json()
  if (me && me.who && location.pathname === '/password') return change(token)
  if (me && me.who) {
    history.replaceState(null, '', '/orders')
    return app.replaceChildren(make('h1', {}, 'Hello ' + me.who), make('a', { href: '/password' }, 'Change password'), make('button', { onclick: () => { kept.clear(); show() } }, 'Sign out'))
  }
  history.replaceState(null, '', '/login')
  const user = make('input', { placeholder: 'User name' })
  const pass = make('input', { type: 'password', placeholder: 'Password' })
  const eye = make('button', { onclick: () => {} }, 'Show')
  const said = make('p', {})
  const go = make('button', { onclick: async () => {
    let b = pass.value
    ${sends === 'sha256' ? `b = ${hash}` : ''}
    const answer = await (await fetch('/rpc', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ a: user.value, b }) })).json()
    if (answer.token) { kept.setItem('token', answer.token); setTimeout(show, 300) }
    else said.textContent = answer.error
  } }, 'Log in')
  app.replaceChildren(make('div', {}, user, pass, eye), make('div', {}, go), said)
}
function change(token) {
  const field = (autocomplete, placeholder) => make('input', { type: 'password', autocomplete, placeholder })
  const fields = [field('current-password', 'Present password'), field('new-password', 'New password'), field('new-password', 'New password again')]
  const said = make('p', {})
  const go = make('button', { onclick: async () => {
    const [old, next, again] = fields.map(({ value }) => value)
    if (next !== again) return said.replaceChildren('The two are not the same.')
    const answer = await (await fetch('/rpc/password', { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer ' + token }, body: JSON.stringify({ old, next }) })).json()
    app.replaceChildren(make('p', {}, answer.said))
  } }, 'Change password')
  app.replaceChildren(make('div', {}, ...fields), go, said)
}
setTimeout(show, 100)
`
}
