import { randomBytes } from 'node:crypto'
import { codeAt, readTotpKey } from '../../../relay/outbound/secrets/totp.ts'
import { type Answer, type BusinessSite, formOf, type ReceivedRequest, type SiteOptions, serve } from '../serve.ts'
import { SignInBook } from '../sign-in-book.ts'

export interface JsonSite extends BusinessSite {
  readonly book: SignInBook
  /** Requests that were refused for their token against forged requests. */
  readonly forged: { count: number }
  /** The right answer to every captcha. */
  readonly captchaAnswer: string
  /** The code that was mailed last. */
  readonly mailed: { code: string }
  /** Its script speaks with another address from now on. */
  moveApi(path: string): void
}

/** How the session is carried, and what is held against forged requests. */
export interface JsonSiteOptions extends SiteOptions {
  readonly username?: string
  readonly password?: string
  readonly session?: 'bearer' | 'cookie' | 'custom-header'
  readonly csrf?: 'cookie' | 'meta' | 'header' | 'endpoint'
  /** An image in base64 inside JSON, with an id that goes back. */
  readonly captcha?: boolean
  /** Answers 200 to everything and tells the outcome by a code of its own. */
  readonly codes?: boolean
  /** It takes the fields of a form, and no JSON. */
  readonly takes?: 'form'
  /** A one-time code is asked for after the password, with a ticket: of an authenticator with this key, or one that is mailed. */
  readonly secondStep?: { readonly totpSeed: string } | 'mailed'
}

/** A one-pixel GIF: what a person or a reader makes of it is a matter of the test. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** A single-page application: the login page is a script, and the API answers JSON. */
export async function startJsonSite(options: JsonSiteOptions = {}): Promise<JsonSite> {
  const { session = 'bearer', csrf, captcha = false, codes = false, secondStep } = options
  const book = new SignInBook(options.username ?? 'ann', options.password ?? 'correct horse')
  const forged = { count: 0 }
  const captchaAnswer = 'x7k2'
  const csrfTokens = new Set<string>()
  const captchas = new Set<string>()
  const mailed = { code: '' }
  /** Who has given the right password and is asked for a code, by ticket. */
  const tickets = new Map<string, string>()
  let api = '/api/login'

  const newCsrf = (): string => {
    const token = randomBytes(12).toString('hex')
    csrfTokens.add(token)
    return token
  }
  const isForged = ({ headers, cookies }: ReceivedRequest): boolean => {
    if (csrf === undefined) return false
    const given = String(headers[csrf === 'cookie' ? 'x-xsrf-token' : 'x-csrf-token'] ?? '')
    return !csrfTokens.has(given) || (csrf === 'cookie' && decodeURIComponent(cookies['XSRF-TOKEN'] ?? '') !== given)
  }
  const no = (status: number, code: number, message: string): Answer => data(codes ? { code, msg: message } : { error: message }, codes ? 200 : status)

  const signIn = (request: ReceivedRequest): Answer => {
    const given = fieldsOf(request, options.takes)
    if (given === undefined) return no(415, 500, 'Unsupported media type')
    if (captcha && (!captchas.delete(given.uuid ?? '') || given.code !== captchaAnswer)) {
      return no(400, 500, codes ? '验证码错误' : 'The captcha is wrong')
    }
    const id = book.signIn(given.username ?? '', given.password ?? '')
    if (id === undefined) return no(401, 500, codes ? '用户不存在/密码错误' : 'Invalid user name or password')
    if (secondStep === undefined) return welcome(id)
    const ticket = randomBytes(8).toString('hex')
    tickets.set(ticket, id)
    mailed.code = randomBytes(3).toString('hex')
    return data({ mfa_required: true, data: { ticket } })
  }
  const checkCode = (request: ReceivedRequest): Answer => {
    const given = fieldsOf(request, options.takes) ?? {}
    const id = tickets.get(given.ticket ?? '')
    const seconds = Date.now() / 1000
    const isRight =
      typeof secondStep === 'object'
        ? [-30, 0, 30].some((skew) => codeAt(readTotpKey(secondStep.totpSeed), seconds + skew) === given.code)
        : given.code === mailed.code
    tickets.delete(given.ticket ?? '')
    return id === undefined || !isRight ? no(401, 500, 'Invalid code') : welcome(id)
  }
  const welcome = (id: string): Answer => {
    if (session === 'cookie') return data({ ok: true }, 200, { 'set-cookie': `sid=${id}; Path=/; HttpOnly` })
    return data(codes ? { code: 200, msg: '操作成功', token: id } : { data: { accessToken: id } })
  }
  const whoIs = ({ headers, cookies }: ReceivedRequest): string | undefined => {
    if (session === 'cookie') return book.who(cookies.sid)
    return book.who(session === 'bearer' ? headers.authorization?.replace(/^Bearer /, '') : String(headers['x-access-token'] ?? ''))
  }

  const site = await serve((request) => {
    switch (`${request.method} ${request.path}`) {
      case 'GET /login': {
        const meta = csrf === 'meta' ? `<meta name="csrf-token" content="${newCsrf()}">` : ''
        const cookie = csrf === 'cookie' ? { 'set-cookie': `XSRF-TOKEN=${encodeURIComponent(`${newCsrf()}`)}; Path=/` } : {}
        const header = csrf === 'header' ? { 'x-csrf-token': newCsrf() } : {}
        return { headers: { ...cookie, ...header }, body: `<!doctype html><title>ERP</title>${meta}<div id="app"></div><script>${scriptFor(api)}</script>` }
      }
      case 'GET /api/csrf':
        return data({ token: newCsrf() })
      case 'GET /api/captcha': {
        const uuid = randomBytes(8).toString('hex')
        captchas.add(uuid)
        return data({ uuid, img: pixel.toString('base64'), captchaEnabled: true })
      }
      case `POST ${api}`:
        if (isForged(request)) {
          forged.count += 1
          return data({ error: 'CSRF token mismatch' }, 419)
        }
        return signIn(request)
      case 'POST /api/login/code':
        return checkCode(request)
      case 'POST /api/logout': {
        const { headers, cookies } = request
        book.end(session === 'cookie' ? cookies.sid : (headers.authorization?.replace(/^Bearer /, '') ?? String(headers['x-access-token'])))
        return data({ ok: true })
      }
      default: {
        const who = whoIs(request)
        return who === undefined ? no(401, 401, 'Please sign in') : data({ code: 200, user: who, orders: [120] })
      }
    }
  }, options)
  const moveApi = (path: string): void => {
    api = path
  }
  return { ...site, book, forged, captchaAnswer, mailed, moveApi }
}

/** undefined: it came in another way than the API takes it. */
function fieldsOf(request: ReceivedRequest, takes: JsonSiteOptions['takes']): Record<string, string> | undefined {
  const isJson = String(request.headers['content-type']).startsWith('application/json')
  if (isJson === (takes === 'form')) return undefined
  return isJson ? (JSON.parse(request.body.toString()) as Record<string, string>) : Object.fromEntries(formOf(request))
}

function scriptFor(api: string): string {
  return `fetch('${api}', { method: 'POST', body: JSON.stringify({ username, password }) })`
}

function data(body: object, status = 200, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}
