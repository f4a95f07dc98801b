import { randomBytes } from 'node:crypto'
import { formOf, seeOther, serve } from '../serve.ts'
import { SignInBook } from '../sign-in-book.ts'
import { type Protocol, startApplication } from './application.ts'
import { hosts, loginForm, originOf, type SingleSignOn, type SingleSignOnOptions } from './identity-provider.ts'

/** Follows the CAS protocol 3.0: a ticket for the service comes with a redirect, and is good once. */
export async function startCas({ username = 'ann', password = 'correct horse', inFront }: SingleSignOnOptions = {}): Promise<SingleSignOn> {
  const book = new SignInBook(username, password)
  const tickets = new Map<string, { readonly service: string; readonly who: string }>()
  const flows = new Set<string>()

  function ticketFor(service: string, who: string): string {
    const ticket = `ST-${randomBytes(16).toString('hex')}`
    tickets.set(ticket, { service, who })
    const target = new URL(service)
    target.searchParams.set('ticket', ticket)
    return target.href
  }

  const provider = await serve(
    (request) => {
      const url = new URL(request.path, 'http://any')
      const service = url.searchParams.get('service') ?? ''
      const who = book.who(request.cookies.TGC)
      if (url.pathname === '/cas/account') return who === undefined ? { status: 401 } : { body: `<title>Account of ${who}</title>` }
      if (url.pathname !== '/cas/login') return { status: 404 }
      if (request.method === 'GET' && who !== undefined) return seeOther(ticketFor(service, who))
      const form = formOf(request)
      const ask = (message: string) => {
        const execution = randomBytes(8).toString('hex')
        flows.add(execution)
        return { body: loginForm(`/cas/login?service=${encodeURIComponent(service)}`, message, { execution, _eventId: 'submit' }) }
      }
      if (request.method === 'GET' || !flows.delete(form.get('execution') ?? '')) return ask('')
      const id = book.signIn(form.get('username') ?? '', form.get('password') ?? '')
      if (id === undefined) return { ...ask('Invalid credentials.'), status: 401 }
      return { ...seeOther(ticketFor(service, username), [`TGC=${id}; Path=/cas/; HttpOnly`]), status: 302 }
    },
    { host: hosts.provider },
  )

  const origin = await originOf(new URL(provider.origin).port, inFront)
  const protocol: Protocol = {
    begin: (application) => ({ ...seeOther(`${origin}/cas/login?service=${encodeURIComponent(`${application}/callback`)}`), status: 302 }),
    async end({ path }, application) {
      const ticket = new URL(path, application).searchParams.get('ticket') ?? ''
      const found = tickets.get(ticket)
      tickets.delete(ticket)
      return found?.service === `${application}/callback` ? found.who : undefined
    },
  }
  const application = await startApplication(() => protocol, { host: hosts.application })
  return {
    application,
    provider: { origin, book, account: `${origin}/cas/account` },
    stop: async () => void (await Promise.all([application.stop(), provider.stop()])),
  }
}
