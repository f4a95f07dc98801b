import type { SiteSession } from '../../sessions/index.ts'
import type { ResponseHead } from '../answers/response-head.ts'
import { attachSession, crossSiteSession, wholeSession } from '../attach-session.ts'
import type { SiteRequest } from '../site-request.ts'
import { hasStrayPhantom, withoutPhantomsInFields } from './phantoms.ts'
import { introduceCookies, type Showing, sortCookies } from './to-client.ts'
import { meetCookies } from './to-site.ts'

const forCrossSite = /;[ \t]*samesite=none[ \t]*(?:;|$)/i

/** The cookies of one request and its answer: what of the client's and the session's goes to the site, and who has what the site sets. */
export class ExchangeCookies {
  readonly #request: SiteRequest
  readonly #url: Readonly<URL>
  readonly #isCrossSite: boolean
  /** Of the answer, as the client is to have them. */
  #shown: readonly string[] = []
  /** Of those shown, the session's own, by which the client could go on without the relay. */
  #handed: readonly string[] = []
  #sent: ReturnType<typeof attachSession> = []
  #sentOwn = ''
  #isWithheld = false

  /** `isCrossSite`: a page of another site made the request. */
  constructor(request: SiteRequest, url: Readonly<URL>, isCrossSite: boolean) {
    this.#request = request
    this.#url = url
    this.#isCrossSite = isCrossSite
  }

  /** The sender may use the account and not have its cookies: none is given out, whatever the site's delivery. */
  withhold(): void {
    this.#isWithheld = true
  }

  /** The fields that go to the site. */
  attach(session: SiteSession | undefined): ReturnType<typeof attachSession> {
    const { head, site, sender } = this.#request
    const isWhole = session !== undefined && !this.#isCrossSite
    const { cookies, headers } = isWhole ? wholeSession(session, this.#url) : crossSiteSession(session, this.#url)
    this.#sentOwn = cookies
    const { client, own } = meetCookies(site, session, { client: head.cookie, own: cookies })
    const fields = isWhole ? withoutPhantomsInFields(head.fields, { session, deviceId: sender.deviceId }, this.#url) : head.fields
    this.#sent = attachSession(fields, client, { cookies: own, headers })
    return this.#sent
  }

  /** Has the session other cookies for the address by now than the ones the site was sent? Not to be asked of a request from another site. */
  hasChanged(session: SiteSession): boolean {
    return session.cookieHeader(this.#url) !== this.#sentOwn
  }

  /** It held a phantom that nobody could tell the value of: what the site answers says nothing of the session. */
  get hadStray(): boolean {
    return hasStrayPhantom(this.#sent)
  }

  /**
   * Takes the answer's cookies into the session and gives the names that it removed. Across sites a browser takes those of SameSite=None
   * alone. `isSigningIn`: a person signs in on the page, and all of them are the session to be.
   */
  absorb({ setCookies }: ResponseHead, session: SiteSession | undefined, isSigningIn: boolean): readonly string[] {
    this.#shown = []
    this.#handed = []
    if (setCookies.length === 0 || session === undefined) return []
    const { kept, shown, handed } = isSigningIn ? { kept: setCookies, shown: [], handed: [] } : sortCookies(setCookies, this.#showing(session))
    this.#shown = shown
    this.#handed = handed
    return session.absorb(this.#url, this.#isCrossSite ? kept.filter((line) => forCrossSite.test(line)) : kept)
  }

  /** Set-Cookie lines of the answer by which the client could go on without the relay, those with it that remove a cookie. */
  get handed(): readonly string[] {
    return this.#handed
  }

  /** It does not get them: the relay attaches them to its requests in any case. */
  keepBack(): void {
    this.#shown = this.#shown.filter((line) => !this.#handed.includes(line))
  }

  /** Puts into the answer what of it is the client's, and with a page what of the session its scripts expect to see. */
  give({ fields, setCookies }: ResponseHead, session: SiteSession | undefined, how: { readonly isSigningIn: boolean; readonly isRegistering: boolean }): void {
    const { sender, head } = this.#request
    // Of a sign-in on the site's page they are the session to be, which nobody could end at the site yet.
    const isOwn = how.isRegistering || (session === undefined && this.#isHandoff && !how.isSigningIn)
    const lines = isOwn ? [...setCookies] : [...this.#shown]
    if (session !== undefined && head.isNavigation && !this.#isCrossSite && !how.isSigningIn)
      lines.push(...introduceCookies(this.#showing(session), head.cookie, lines))
    for (const line of lines) fields.push('Set-Cookie', sender.clientLine?.(line) ?? line)
  }

  #showing(session: SiteSession): Showing {
    const { site, sender } = this.#request
    return { session, site, url: this.#url, deviceId: sender.deviceId, isHandoff: this.#isHandoff, isCrossSite: this.#isCrossSite }
  }

  get #isHandoff(): boolean {
    const { site, sender } = this.#request
    return site.delivery === 'handoff' && sender.isAtOrigin && !this.#isWithheld
  }
}
