import type { Duplex } from 'node:stream'
import type { ResponseFacts } from '../../adapters/index.ts'
import type { Account } from '../accounts/index.ts'
import { runAs } from '../audit/index.ts'
import { type AccountDecision, isPaired, isWithoutCookies } from '../control/index.ts'
import { asRelayError, RelayError } from '../errors.ts'
import type { ForwardResponse } from '../outbound/index.ts'
import { failureForBorrower, type PageSignIn, type SiteSession } from '../sessions/index.ts'
import { Ending } from './answers/ending.ts'
import { passAnswer } from './answers/pass-answer.ts'
import { respondRefusal } from './answers/respond-refusal.ts'
import { responseFacts } from './answers/response-facts.ts'
import { type ResponseHead, readResponseHead } from './answers/response-head.ts'
import { checkLeave } from './checks/check-leave.ts'
import { checkPath } from './checks/check-path.ts'
import { isCrossSite } from './checks/cross-site.ts'
import { ExchangeCookies } from './cookies/exchange-cookies.ts'
import { isNewHolder, noteHanded } from './cookies/note-handed.ts'
import { Tally } from './counted/tally.ts'
import { isChangeForm, noticeChange, noticeRegistration, type SentForm } from './forms/notice-forms.ts'
import { isReadFirst, sendByPage } from './forms/send-by-page.ts'
import { forwardRequest } from './forward-request.ts'
import { type JoinedUpgrade, joinUpgrade } from './live/join-upgrade.ts'
import type { CutReason, Cuttable, UnderWay } from './live/under-way.ts'
import { actorOf } from './requests/actor-of.ts'
import { isFalseAlarm, mayReplace, noteFalseAlarm, noteReplaced, noteSignedIn } from './requests/false-alarms.ts'
import { RequestBody } from './requests/request-body.ts'
import { requestUrl } from './requests/request-url.ts'
import { isUndone, mostRetakes } from './requests/resend.ts'
import type { Rooms } from './rooms.ts'
import type { SiteRequest } from './site-request.ts'

/**
 * One request on its way to an enrolled site: chooses the account, waits for its session, sends, and passes the answer on; or, when
 * the answer shows that the session has ended, signs in once and sends again where that is safe.
 */
export class RelayedRequest implements Cuttable {
  readonly #rooms: Rooms
  readonly #request: SiteRequest
  readonly #url: Readonly<URL>
  readonly #ending = new Ending()
  readonly #tally = new Tally()
  readonly #body: RequestBody
  /** A page of another site made it: it goes without the session, and what comes of it says nothing about the session. */
  readonly #isCrossSite: boolean
  readonly #cookies: ExchangeCookies
  #resent = false
  /** It waited for a sign-in or was refused once, as others may have been that are sent at the same moment. */
  #hasWaited = false
  /** How often it was sent again with a newer cookie of the same session. */
  #retakes = 0
  #endTurn = (): void => {}
  #isOver = false
  #account: Account | undefined
  #allowed: AccountDecision | undefined
  /** The person registers at the site: requests go there as they are. */
  #isRegistering = false
  #page: PageSignIn | undefined
  #users: UnderWay | undefined
  #joined: JoinedUpgrade | undefined

  constructor(rooms: Rooms, request: SiteRequest) {
    this.#rooms = rooms
    this.#request = request
    this.#url = requestUrl(request.target)
    this.#body = new RequestBody(request, rooms.config, () => this.#fail(new RelayError('proxy_request_timeout')))
    this.#isCrossSite = isCrossSite(request.head, request.req.method as string, request.target.place, request.site)
    this.#cookies = new ExchangeCookies(request, this.#url, this.#isCrossSite)
    rooms.live.begin(this)
    request.res.on('close', () => {
      if (!this.isUpgraded) this.#finish()
    })
  }

  start(): void {
    const { site, sender } = this.#request
    const { sessions } = this.#rooms
    try {
      // A paired terminal registers nobody, and is given no cookie of the site in passing.
      this.#isRegistering = sender.isAtOrigin && sessions.registrations.isOpen(sender.userId, site.id) && !isPaired(sender.principal)
      if (this.#isRegistering) return void this.#sendNow(undefined)
      this.#account = sender.chooseAccount()
      const leave = checkLeave(this.#rooms.grants, this.#request, this.#account)
      if (leave instanceof Promise) leave.then((allowed) => this.#begin(allowed)).catch(this.#giveUp)
      else this.#begin(leave)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** It may use its account. */
  #begin(allowed: AccountDecision): void {
    if (this.#isOver) return
    const { sender } = this.#request
    const { sessions, lent } = this.#rooms
    const account = this.#account as Account
    this.#allowed = allowed
    checkPath(this.#request, account)
    if (isWithoutCookies(sender.principal, account.id)) this.#cookies.withhold()
    if (this.#isLent) {
      lent.begin(this, this.#request, account, allowed)
      if (allowed.grant?.handoff !== true) this.#cookies.withhold()
    } else if (!this.#isCrossSite && this.#request.upgrade === undefined) this.#page = sessions.pageSignIns.of(account.id, sender.deviceId)
    if (this.#page !== undefined) return void this.#sendByPage(this.#page)
    const live = sessions.live(account.id)
    // Nor does such a page make the relay sign in.
    if (live === undefined && !this.#isCrossSite) this.#signIn((session) => this.#send(session))
    else this.#send(live)
  }

  /** The account is somebody else's. */
  get #isLent(): boolean {
    return this.#allowed?.grant !== undefined
  }

  /** Part of a sign-in that a person does on the site's page: with what the site has given so far, and the password where the placeholder stands. */
  #sendByPage(signIn: PageSignIn): void {
    const asked = { request: this.#request, url: this.#url, body: this.#body, signIn, ending: this.#ending }
    if (!isReadFirst(asked)) return void this.#sendNow(signIn.session)
    sendByPage(this.#rooms, asked)
      .then((answer) => {
        if (this.#isOver) answer?.body.destroy()
        else if (answer === undefined) this.#sendNow(signIn.session)
        else this.#pass(answer, readResponseHead(answer.headers, answer.status))
      })
      .catch(this.#giveUp)
  }

  /** Ends it now, however far it is: its session has ended (law 7), its message turned out broken, or the relay stops. */
  cut(reason: CutReason): void {
    this.#finish()
    if (this.#joined !== undefined) this.#joined.close(reason)
    else this.#request.res.destroy()
  }

  get deviceId(): string {
    return this.#request.sender.deviceId
  }

  get isUpgraded(): boolean {
    return this.#joined !== undefined
  }

  #signIn(then: (session: SiteSession) => void): void {
    const { id } = this.#account as Account
    this.#hasWaited = true
    runAs(actorOf(this.#request), () => this.#rooms.sessions.ensure(id, { wait: false, signal: this.#ending.signal }))
      .then((session) => {
        if (!this.#isOver) then(session)
      })
      .catch(this.#giveUp)
  }

  #send(session: SiteSession | undefined): void {
    const { site } = this.#request
    const { turns, firstUses } = this.#rooms
    const recording = session === undefined ? undefined : firstUses.note(session, this.#request, this.#allowed)
    if (session !== undefined && recording !== undefined) {
      recording.then(() => this.#sendRecorded(session)).catch(this.#giveUp)
      return
    }
    if (session === undefined || this.#isCrossSite || !turns.areTaken(site, session, this.#hasWaited)) return void this.#sendNow(session)
    const taken = turns.take(session).then((end) => {
      this.#endTurn = end
      if (this.#isOver) return void end()
      if (this.#isLive(session)) return void this.#sendNow(session)
      // It has ended while this request waited.
      end()
      this.#signIn((fresh) => this.#send(fresh))
    })
    taken.catch(this.#giveUp)
  }

  #sendRecorded(session: SiteSession): void {
    if (this.#isOver) return
    if (this.#isLive(session)) this.#send(session)
    else if (this.#isCrossSite) this.#send(undefined)
    else this.#signIn((fresh) => this.#send(fresh))
  }

  #isLive(session: SiteSession): boolean {
    return this.#rooms.sessions.live(session.account.id) === session
  }

  #sendNow(session: SiteSession | undefined): void {
    if (session !== undefined) this.#use(session)
    if (session !== undefined && !this.#isCrossSite) this.#rooms.sessions.touch(session)
    const { site, upgrade } = this.#request
    const sent = { headers: this.#cookies.attach(session), body: this.#body.toSend(), signal: this.#ending, route: session?.route }
    const forwarded = forwardRequest(this.#request, sent)
    const { outbound } = this.#rooms
    const answered =
      upgrade === undefined
        ? outbound.forward(site, forwarded).then((answer) => this.#onAnswer(answer, session))
        : outbound.upgrade(site, forwarded).then(({ response, socket }) => {
            if (socket === undefined) return this.#onAnswer(response, session)
            try {
              this.#onUpgraded(response, socket, session)
            } catch (error) {
              socket.destroy()
              throw error
            }
          })
    answered.catch(this.#giveUp)
  }

  /** Has the site replaced the cookie that was sent, or may it have, in an answer to another request that is still on its way? */
  #isStale(session: SiteSession): boolean {
    if (!this.#isLive(session)) return false
    if (this.#cookies.hasChanged(session)) return true
    const othersUnderWay = (this.#users?.size ?? 0) > 1
    return othersUnderWay && this.#rooms.turns.isChanging(this.#request.site)
  }

  #use(session: SiteSession): void {
    this.#users?.delete(this)
    this.#users = this.#rooms.live.using(session)
    this.#users.add(this)
    this.#tally.route = session.route
  }

  #onAnswer(answer: ForwardResponse, session: SiteSession | undefined): void {
    const { sessions } = this.#rooms
    const { site } = this.#request
    if (this.#isOver) {
      answer.body.destroy()
      return
    }
    const head = readResponseHead(answer.headers, answer.status)
    // Asked before the session takes cookies of this answer, where it gives some.
    const wasStale = session !== undefined && head.setCookies.length > 0 ? this.#isStale(session) : undefined
    const removedCookies = this.#absorb(head, session)
    this.#endTurn()
    if (this.#page !== undefined && this.#request.req.method === 'POST') void sessions.pageSignIns.answered(this.#page, { cookiesTell: false }).catch(() => {})
    if (session === undefined || this.#isCrossSite || this.#page !== undefined) return void this.#pass(answer, head, session)
    const facts = responseFacts(this.#url, this.#request.req.method as string, answer.status, head, removedCookies)
    const looksSignedOut = sessions.looksSignedOut(session, facts)
    if (!looksSignedOut) noteSignedIn(session, facts)
    if (looksSignedOut && !isFalseAlarm(session, facts) && !this.#cookies.hadStray) {
      const isStale = wasStale ?? this.#isStale(session)
      const undone = isUndone(facts, site) && !this.#mayHaveChanged(answer.status)
      if (isStale && this.#retakes < mostRetakes && this.#body.isKept && undone) return void this.#retake(answer, session)
      if (this.#resent) noteFalseAlarm(session, facts)
      else if (!undone) this.#drop(session)
      else if (mayReplace(session)) return void this.#renew(answer, session, facts)
    } else if (this.#retakes > 0) {
      this.#rooms.turns.noteStrict(site)
    }
    this.#pass(answer, head, session)
  }

  /** Takes the answer's cookies into the session and gives the names that it removed. */
  #absorb(head: ResponseHead, session: SiteSession | undefined): readonly string[] {
    if (session === undefined || head.setCookies.length === 0) return this.#cookies.absorb(head, undefined, false)
    const before = session.cookieHeader(this.#url)
    const removed = this.#cookies.absorb(head, session, this.#page !== undefined)
    if (session.cookieHeader(this.#url) !== before) this.#rooms.turns.noteChange(this.#request.site)
    return removed
  }

  #onUpgraded(answer: ForwardResponse, upstream: Duplex, session: SiteSession | undefined): void {
    const { site, upgrade } = this.#request
    if (upgrade === undefined || this.#isOver) {
      upstream.destroy()
      return
    }
    const head = readResponseHead(answer.headers, answer.status)
    this.#absorb(head, session)
    this.#endTurn()
    // It does not wait until it is written down who has them.
    if (session !== undefined && isNewHolder(this.#rooms, this.#request.sender, this.#cookies, session)) this.#cookies.keepBack()
    this.#giveCookies(head, session)
    upgrade.socket.on('close', () => this.#finish())
    this.#joined = joinUpgrade(head, upgrade, upstream, this.#tally)
    if (this.#joined !== undefined) {
      this.#tally.status = 101
      return
    }
    upstream.destroy()
    this.#fail(new RelayError('site_down', { params: { site: site.id, reason: 'its answer is not that of a WebSocket' } }))
  }

  /** The site refused a cookie that it had replaced meanwhile, in an answer to another request: again, with the newer one. */
  #retake(answer: ForwardResponse, session: SiteSession): void {
    answer.body.destroy()
    this.#retakes += 1
    this.#hasWaited = true
    this.#send(session)
  }

  /** The site no longer knows the session and has not acted: one fresh sign-in for all who wait, then the request again if it was kept. */
  #renew(answer: ForwardResponse, session: SiteSession, facts: ResponseFacts): void {
    const { site } = this.#request
    const { isKept } = this.#body
    answer.body.destroy()
    this.#users?.delete(this)
    this.#resent = true
    noteReplaced(session, facts)
    this.#drop(session)
    this.#signIn((fresh) => {
      if (isKept) this.#send(fresh)
      else this.#respond(new RelayError('session_renewed', { params: { site: site.id } }), ['Login-Relay-Session', 'renewed'])
    })
  }

  #drop(session: SiteSession): void {
    this.#rooms.sessions.dropEnded(session)
    this.#rooms.live.closeUpgrades(session)
  }

  #giveCookies(head: ResponseHead, session: SiteSession | undefined): void {
    this.#cookies.give(head, session, { isSigningIn: this.#page !== undefined, isRegistering: this.#isRegistering })
  }

  #pass(answer: ForwardResponse, head: ResponseHead, session?: SiteSession): void {
    const { site, sender } = this.#request
    if (session === undefined || !isNewHolder(this.#rooms, sender, this.#cookies, session)) return void this.#passNow(answer, head, session)
    // One that breaks off meanwhile is told of afterwards.
    answer.body.on('error', () => {})
    const noted = noteHanded(this.#rooms, sender, this.#cookies, session).then(() => {
      if (this.#isOver) answer.body.destroy()
      else if (!answer.body.destroyed) this.#passNow(answer, head, session)
      else this.#fail(new RelayError('site_down', { params: { site: site.id, reason: 'its answer broke off' }, cause: answer.body.errored }))
    })
    noted.catch(this.#giveUp)
  }

  #passNow(answer: ForwardResponse, head: ResponseHead, session?: SiteSession): void {
    const { res, site, sender } = this.#request
    this.#giveCookies(head, session)
    if (this.#resent) head.fields.push('Login-Relay-Session', 'renewed')
    this.#notice(answer)
    try {
      const shaped = sender.shape?.(answer, head) ?? answer
      if (shaped !== answer) res.on('close', () => answer.body.destroy())
      passAnswer(shaped, head, res, this.#tally, {
        stallTime: this.#rooms.config.limits.stallSeconds * 1000,
        takesTrailers: this.#request.head.takesTrailers,
      })
    } catch (cause) {
      answer.body.destroy()
      this.#fail(new RelayError('site_down', { params: { site: site.id, reason: 'its answer is not valid HTTP' }, cause }))
    }
  }

  /** What a page of another site has sent is none of the person's doing. */
  #notice(answer: ForwardResponse): void {
    if (this.#isCrossSite || !this.#body.isThere) return
    const form = { ...this.#form(), answer }
    if (this.#isRegistering) noticeRegistration(this.#rooms, this.#request.sender.userId, form)
    // What a borrower makes of the password is not taken for the owner's word.
    else if (this.#account !== undefined && !this.#isLent) noticeChange(this.#rooms, form, this.#account)
  }

  /** Many sites end the session with the password that it was begun with: where they lead to the login page they have acted. A 401 says that they have not. */
  #mayHaveChanged(status: number): boolean {
    return status !== 401 && this.#body.isThere && isChangeForm(this.#form(), this.#account as Account)
  }

  #form(): SentForm {
    const { req, head, site } = this.#request
    return { method: req.method as string, url: this.#url, fields: head.fields, body: this.#body.whole(), site }
  }

  /** For all that follows a promise: what is thrown there ends this request and what it has at the site, and never the relay. */
  readonly #giveUp = (thrown: unknown): void => {
    this.#ending.end()
    this.#fail(thrown)
  }

  #fail(thrown: unknown): void {
    if (this.#isOver) return
    const error = asRelayError(this.#isLent ? failureForBorrower(this.#account as Account, thrown) : thrown)
    if (error.code === 'internal') this.#rooms.log.error({ err: error.cause ?? error }, 'a request could not be relayed')
    this.#respond(error)
  }

  #respond(error: RelayError, fields: readonly string[] = []): void {
    respondRefusal(this.#rooms.portalUrl(), this.#request, this.#tally, error, fields)
  }

  /** When all is said, or nobody listens any more. */
  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#endTurn()
    this.#users?.delete(this)
    this.#rooms.live.end(this)
    if (this.#isLent) this.#rooms.lent.end(this)
    // That makes an exception with its stack: not for a request that came to its end in order.
    const isWhole = this.#request.res.writableFinished
    if (!isWhole) this.#ending.end()
    this.#rooms.counts.finished(this.#tally, this.#request, isWhole || this.isUpgraded, this.#account)
  }
}
