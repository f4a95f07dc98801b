import { randomBytes } from 'node:crypto'
import { codeAt, readTotpKey } from '../../relay/outbound/secrets/totp.ts'
import { homePages } from './home-pages.ts'
import { type Answer, type BusinessSite, formOf, type ReceivedRequest, type SiteOptions, seeOther, serve } from './serve.ts'
import { SignInBook } from './sign-in-book.ts'

/** A page that stands between the password and the site. */
export type FurtherPage =
  /** The code of an authenticator app (RFC 6238). */
  | 'totp'
  /** A code that comes by mail. */
  | 'mailed-code'
  /** The same, in a box for each character. */
  | 'boxed-code'
  | 'question'
  /** Somebody is signed in with this account elsewhere: end that session? */
  | 'other-session'
  /** Terms of use, to be agreed to. */
  | 'terms'
  /** Nothing but a press, in words that nobody knows. */
  | 'unusual'

export interface FurtherPagesSite extends BusinessSite {
  readonly book: SignInBook
  readonly totpSeed: string
  /** The code that was mailed last. */
  readonly mailed: { code: string }
  readonly question: string
  readonly answer: string
  /** Codes and answers that arrived, in order. */
  readonly given: readonly string[]
}

/** Asks for more after the password: the pages named, one after the other. A code of an authenticator is taken once. */
export async function startFurtherPagesSite(
  pages: readonly FurtherPage[],
  options: SiteOptions & { username?: string; password?: string; totpSeed?: string; answer?: string } = {},
): Promise<FurtherPagesSite> {
  const book = new SignInBook(options.username ?? 'ann', options.password ?? 'correct horse')
  const totpSeed = options.totpSeed ?? 'JBSWY3DPEHPK3PXP'
  const question = 'What was the name of your first school?'
  const answer = options.answer ?? 'Lindenhof 7'
  const mailed = { code: '' }
  const given: string[] = []
  const usedCodes = new Set<string>()
  /** Visits that have given the right password, and how far they are. */
  const visits = new Map<string, number>()

  const show = (visit: string, message = ''): Answer => {
    const page = pages[visits.get(visit) ?? 0]
    if (page === undefined) {
      visits.delete(visit)
      return seeOther('/home', [`sid=${book.begin(options.username ?? 'ann')}; Path=/; HttpOnly`, 'visit=; Path=/; Max-Age=0'])
    }
    if ((page === 'mailed-code' || page === 'boxed-code') && message === '') mailed.code = randomBytes(3).toString('hex')
    return { body: `<!doctype html><title>Sign in</title><p role="alert">${message}</p>${markup(page, question)}` }
  }
  const isRight = (page: FurtherPage, form: URLSearchParams): boolean => {
    const text = form.get('otp') ?? form.get('answer') ?? form.getAll('box').join('')
    if (text !== '') given.push(text)
    switch (page) {
      case 'totp': {
        const seconds = Date.now() / 1000
        const isNow = [-30, 0, 30].some((skew) => codeAt(readTotpKey(totpSeed), seconds + skew) === text)
        return isNow && !usedCodes.has(text) && usedCodes.add(text).has(text)
      }
      case 'mailed-code':
      case 'boxed-code':
        return text === mailed.code
      case 'question':
        return text === answer
      case 'other-session':
        return form.get('do') === 'end'
      case 'terms':
        return form.get('agree') === 'yes'
      case 'unusual':
        return form.get('weiter') === 'los'
    }
  }
  const goFurther = (visit: string, request: ReceivedRequest): Answer => {
    const at = visits.get(visit) ?? 0
    const page = pages[at]
    if (page === undefined) return seeOther('/login')
    if (!isRight(page, formOf(request))) return show(visit, page === 'question' ? 'That answer is wrong.' : 'That code is not valid.')
    visits.set(visit, at + 1)
    return seeOther('/login/next')
  }

  const site = await serve((request) => {
    const visit = request.cookies.visit ?? ''
    switch (`${request.method} ${request.path}`) {
      case 'GET /login':
        return { body: loginPage('') }
      case 'POST /login': {
        const form = formOf(request)
        const id = book.signIn(form.get('user') ?? '', form.get('pass') ?? '')
        if (id === undefined) return { body: loginPage('Wrong user name or password') }
        book.end(id)
        const begun = randomBytes(8).toString('hex')
        visits.set(begun, 0)
        return seeOther('/login/next', [`visit=${begun}; Path=/; HttpOnly`])
      }
      case 'GET /login/next':
        return visits.has(visit) ? show(visit) : seeOther('/login')
      case 'POST /login/next':
        return visits.has(visit) ? goFurther(visit, request) : seeOther('/login')
      default:
        return homePages(book, request)
    }
  }, options)
  return { ...site, book, totpSeed, mailed, question, answer, given }
}

function loginPage(message: string): string {
  return `<!doctype html><title>Sign in</title><p role="alert">${message}</p><form method="post" action="/login"><label>User <input name="user"></label>
<label>Password <input type="password" name="pass"></label><button>Sign in</button></form>`
}

function markup(page: FurtherPage, question: string): string {
  const form = (content: string) => `<form method="post" action="/login/next">${content}</form>`
  switch (page) {
    case 'totp':
      return form('<label>Code from your authenticator app <input name="otp" inputmode="numeric" autocomplete="one-time-code"></label><button>Verify</button>')
    case 'mailed-code':
      return form('<p>We sent a code to a***@example.test.</p><label>Verification code <input name="otp"></label><button>Continue</button>')
    case 'boxed-code':
      return form(
        `<p>Enter the code that we sent to a***@example.test.</p>${[1, 2, 3, 4, 5, 6].map((n) => `<input id="box${n}" name="box" maxlength="1">`).join('')}<button>Continue</button>`,
      )
    case 'question':
      return form(`<h2>Security question</h2><label for="a">${question}</label><input id="a" name="answer" type="password"><button>Continue</button>`)
    case 'other-session':
      return form(`<p>You are already signed in on another device. Sign out the other session and continue?</p>
<button name="do" value="cancel">Cancel</button><button name="do" value="end">Sign out other session</button>`)
    case 'terms':
      return form(`<h2>Acceptable use</h2><p>This system is for work. Everything is logged.</p>
<button name="agree" value="no">I do not agree</button><button name="agree" value="yes">I agree</button>`)
    case 'unusual':
      return form('<p>Hyvää huomenta.</p><button name="weiter" value="halt">Seis</button><button name="weiter" value="los">Eteenpäin</button>')
  }
}
