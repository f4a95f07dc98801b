import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import cookies from '@fastify/cookie'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { type CaptchaDrawing, type DrawnCaptcha, drawCaptcha } from './sample-captcha.ts'
import { loginPage, messagePage, type Order, orderPage, ordersPage } from './sample-pages.ts'

export interface SampleSiteOptions {
  readonly username: string
  readonly password: string
  /** The name on its pages; default: the user name. */
  readonly displayName?: string
  /** HTTPS with this certificate and key (PEM); default: HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** The host in its address, where a resolver leads it here; default 127.0.0.1. */
  readonly host?: string
  readonly captcha?: CaptchaDrawing
  /** Default 1200: twenty minutes without a request end a session. */
  readonly idleSeconds?: number
  /** Refused passwords in a row until the account is locked; default 5. */
  readonly lockAfter?: number
  readonly now?: () => number
  /** Called for what happens at its sign-in. */
  readonly onEvent?: (event: SampleSiteEvent) => void
}

export type SampleSiteEvent =
  | { readonly type: 'captcha'; readonly captcha: DrawnCaptcha }
  | { readonly type: 'sign-in'; readonly outcome: SignInAnswer; readonly body: Buffer }
  | { readonly type: 'shipped'; readonly order: string }

/** What the server made of a sign-in. */
export type SignInAnswer = 'signed-in' | 'stale-form' | 'wrong-captcha' | 'wrong-password' | 'locked'

export interface SampleSite {
  /** Its login page. */
  readonly url: string
  readonly origin: string
  /** Signed-in sessions that have not expired. */
  readonly sessionsAlive: number
  /** Ends every session, as the idle limit does. */
  expireAll(): void
  stop(): Promise<void>
}

interface Visit {
  readonly id: string
  readonly csrf: string
  isSignedIn: boolean
  captcha: string | undefined
  lastSeen: number
}

const words: Readonly<Record<Exclude<SignInAnswer, 'signed-in'>, string>> = {
  'stale-form': 'This form has expired. Please try again.',
  'wrong-captcha': 'The characters do not match the image.',
  'wrong-password': 'The user name or the password is not correct.',
  locked: 'This account is locked after too many attempts. Ask your administrator.',
}

/**
 * A small business server, as there are many: a login form with a CSRF token bound to a pre-session and an image captcha,
 * an HttpOnly session cookie that is renewed at sign-in, a locale cookie without Secure, an idle limit, pages for the signed-in only.
 */
export async function startSampleSite(options: SampleSiteOptions): Promise<SampleSite> {
  const { username, password, displayName = username, tls, host = '127.0.0.1', captcha = {}, idleSeconds = 1200, lockAfter = 5, now = Date.now } = options
  const visits = new Map<string, Visit>()
  const orders = sampleOrders()
  let refusedInARow = 0

  const server: FastifyInstance = tls === undefined ? fastify() : (fastify({ https: tls }) as unknown as FastifyInstance)
  await server.register(cookies)
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))

  const isAlive = ({ lastSeen }: Visit) => now() - lastSeen < idleSeconds * 1000

  function visitOf(request: FastifyRequest): Visit | undefined {
    const visit = visits.get(request.cookies.orders_session ?? '')
    if (visit === undefined) return undefined
    if (!isAlive(visit)) {
      visits.delete(visit.id)
      return undefined
    }
    visit.lastSeen = now()
    return visit
  }

  function beginVisit(reply: FastifyReply, isSignedIn: boolean): Visit {
    const visit: Visit = { id: token(), csrf: token(), isSignedIn, captcha: undefined, lastSeen: now() }
    visits.set(visit.id, visit)
    reply.setCookie('orders_session', visit.id, { path: '/', httpOnly: true, sameSite: 'lax', secure: tls !== undefined })
    return visit
  }

  const sendPage = (reply: FastifyReply, html: string, status = 200) => reply.code(status).type('text/html; charset=utf-8').send(html)

  /** RFC 9110 section 15.4.4: 303 makes the next request a GET. */
  const toLogin = (reply: FastifyReply) => reply.redirect('/login', 303)

  function judge(visit: Visit | undefined, form: URLSearchParams): SignInAnswer {
    if (visit === undefined || form.get('csrf_token') !== visit.csrf) return 'stale-form'
    const answer = visit.captcha
    // An image is good for one answer.
    visit.captcha = undefined
    if (answer === undefined || form.get('code')?.trim().toLowerCase() !== answer.toLowerCase()) return 'wrong-captcha'
    if (refusedInARow >= lockAfter) return 'locked'
    if (form.get('user') === username && form.get('pass') === password) return 'signed-in'
    refusedInARow += 1
    return 'wrong-password'
  }

  server.get('/', async (_request, reply) => reply.redirect('/orders', 303))

  server.get('/login', async (request, reply) => {
    const visit = visitOf(request) ?? beginVisit(reply, false)
    if (visit.isSignedIn) return reply.redirect('/orders', 303)
    return sendPage(reply, loginPage({ csrf: visit.csrf }))
  })

  server.get('/captcha.png', async (request, reply) => {
    const drawn = await drawCaptcha(captcha)
    const visit = visitOf(request)
    if (visit !== undefined) visit.captcha = drawn.answer
    options.onEvent?.({ type: 'captcha', captcha: drawn })
    return reply.type('image/png').send(drawn.png)
  })

  server.post('/login', async (request, reply) => {
    const body = request.body as Buffer
    const form = new URLSearchParams(body.toString())
    const visit = visitOf(request)
    const outcome = judge(visit, form)
    options.onEvent?.({ type: 'sign-in', outcome, body })
    if (outcome !== 'signed-in') {
      const { csrf } = visit ?? beginVisit(reply, false)
      return sendPage(reply, loginPage({ csrf, message: words[outcome], username: form.get('user') ?? '' }), outcome === 'stale-form' ? 403 : 200)
    }
    refusedInARow = 0
    if (visit !== undefined) visits.delete(visit.id)
    beginVisit(reply, true)
    reply.setCookie('orders_locale', 'en', { path: '/', maxAge: 31_536_000 })
    return reply.redirect('/orders', 303)
  })

  server.post('/logout', async (request, reply) => {
    const visit = visitOf(request)
    if (visit === undefined || csrfOf(request) !== visit.csrf) return toLogin(reply)
    visits.delete(visit.id)
    reply.clearCookie('orders_session', { path: '/' })
    return sendPage(reply, messagePage('Signed out', 'You are signed out. See you soon.'))
  })

  server.get('/orders', async (request, reply) => {
    const visit = visitOf(request)
    return visit?.isSignedIn ? sendPage(reply, ordersPage(displayName, visit.csrf, orders)) : toLogin(reply)
  })

  server.get<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    const visit = visitOf(request)
    if (!visit?.isSignedIn) return toLogin(reply)
    const order = orders.find(({ id }) => id === request.params.id)
    if (order === undefined) return sendPage(reply, messagePage('Not found', 'There is no such order.'), 404)
    return sendPage(reply, orderPage(displayName, visit.csrf, order))
  })

  server.post<{ Params: { id: string } }>('/orders/:id/ship', async (request, reply) => {
    const visit = visitOf(request)
    if (!visit?.isSignedIn) return toLogin(reply)
    const order = orders.find(({ id }) => id === request.params.id)
    if (order === undefined || csrfOf(request) !== visit.csrf) return sendPage(reply, messagePage('Refused', words['stale-form']), 403)
    order.shipped = true
    options.onEvent?.({ type: 'shipped', order: order.id })
    return reply.redirect(`/orders/${order.id}`, 303)
  })

  await server.listen({ host: '127.0.0.1', port: 0 })
  const origin = `${tls === undefined ? 'http' : 'https'}://${host}:${(server.server.address() as AddressInfo).port}`
  return {
    url: `${origin}/login`,
    origin,
    get sessionsAlive() {
      return [...visits.values()].filter((visit) => visit.isSignedIn && isAlive(visit)).length
    },
    expireAll: () => visits.clear(),
    async stop() {
      server.server.closeAllConnections()
      await server.close()
    },
  }
}

function csrfOf(request: FastifyRequest): string | null {
  return Buffer.isBuffer(request.body) ? new URLSearchParams(request.body.toString()).get('csrf_token') : null
}

function token(): string {
  return randomBytes(16).toString('base64url')
}

function sampleOrders(): Order[] {
  const rows = [
    ['10248', 'Hanover Optics', '3 March', '1,240.00'],
    ['10249', 'Blue Heron Books', '4 March', '318.50'],
    ['10250', 'Vasquez & Daughters', '4 March', '87.20'],
    ['10251', 'Lantern Street Bakery', '6 March', '2,015.75'],
    ['10252', 'Osprey Marine Supply', '9 March', '640.00'],
  ] as const
  return rows.map(([id, customer, placed, total], index) => ({ id, customer, placed, total, shipped: index < 2 }))
}
