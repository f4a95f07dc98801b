import { type Answer, type BusinessSite, type ReceivedRequest, type SiteOptions, seeOther, serve } from '../serve.ts'
import { SignInBook } from '../sign-in-book.ts'

/** How a protocol of single sign-on begins and ends at the application. */
export interface Protocol {
  /** Sends the person to the identity provider. */
  begin(origin: string): Answer
  /** Takes what comes back at `/callback`; gives the person's name, or undefined for what is not valid. */
  end(request: ReceivedRequest, origin: string): Promise<string | undefined>
}

/** An application that knows no passwords: an identity provider at another origin does the sign-in. */
export async function startApplication(protocol: () => Protocol, options: SiteOptions = {}): Promise<BusinessSite & { readonly book: SignInBook }> {
  const book = new SignInBook('', '')
  const site: BusinessSite = await serve(async (request) => {
    const path = request.path.split('?', 1)[0] ?? ''
    if (path === '/login') return protocol().begin(site.origin)
    if (path === '/callback') {
      const who = await protocol().end(request, site.origin)
      if (who === undefined) return { status: 400, body: '<!doctype html><title>Not valid</title>' }
      return seeOther('/home', [`session=${book.begin(who)}; Path=/; HttpOnly`])
    }
    if (path === '/signout') {
      book.end(request.cookies.session)
      return seeOther('/bye', ['session=; Path=/; Max-Age=0'])
    }
    if (path === '/bye') return { body: '<!doctype html><title>Bye</title>' }
    const who = book.who(request.cookies.session)
    if (who === undefined) return seeOther('/login')
    return { body: `<!doctype html><title>Orders</title><p>Hello ${who}</p><a href="/signout">Sign out</a>` }
  }, options)
  return { ...site, book }
}
