import { setTimeout as wait } from 'node:timers/promises'
import { type Answer, type BusinessSite, type ReceivedRequest, type Respond, type SiteOptions, seeOther, serve } from './serve.ts'

/** Servers that do what no login page should. */
export type BadKind =
  /** A login page of 50 MB, streamed as fast as it is read. */
  | 'huge-page'
  | 'redirect-loop'
  /** Two addresses that refresh to each other by `<meta>`. */
  | 'refresh-loop'
  /** Thousands of cookies of 4 kB with every answer. */
  | 'cookie-bomb'
  | 'no-form'
  /** Registers people; nobody signs in here. */
  | 'registration-only'
  /** Answers nothing for ten seconds. */
  | 'slow'
  /** 500 to everything. */
  | 'server-error'
  /** The form is there; sending it answers 500. */
  | 'error-after-post'
  /** Says the account is locked, whatever the password. */
  | 'lockout'
  /** Shows the form again and says nothing. */
  | 'silent'
  /** 403 from a gate in front of the application. */
  | 'forbidden'
  /** 429 to the sign-in. */
  | 'throttled'
  /** The password's form goes to another origin. */
  | 'foreign-action'

export type ChallengeKind = 'recaptcha' | 'hcaptcha' | 'turnstile' | 'slider' | 'geetest' | 'click-characters' | 'cloudflare-gate'

export function startBadSite(kind: BadKind, options: SiteOptions & { foreign?: string } = {}): Promise<BusinessSite> {
  return serve(responders(options.foreign ?? 'http://127.0.0.1:1')[kind], options)
}

/** A login form guarded by a challenge that looks at behaviour; it signs in whoever sends the form all the same. */
export function startChallengeSite(kind: ChallengeKind, options: SiteOptions = {}): Promise<BusinessSite> {
  const page = kind === 'cloudflare-gate' ? challengeMarkup[kind] : loginPage(challengeMarkup[kind])
  return serve(
    (request) => (request.method === 'POST' ? seeOther('/home', ['sid=1; Path=/']) : { body: page, status: kind === 'cloudflare-gate' ? 403 : 200 }),
    options,
  )
}

const challengeMarkup: Readonly<Record<ChallengeKind, string>> = {
  recaptcha: '<script src="https://www.google.com/recaptcha/api.js"></script><div class="g-recaptcha" data-sitekey="6Lx"></div>',
  hcaptcha: '<div class="h-captcha" data-sitekey="10000000"></div><script src="https://js.hcaptcha.com/1/api.js" async></script>',
  turnstile: '<div class="cf-turnstile" data-sitekey="0x4AA"></div><script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>',
  slider: '<div id="nc_1" class="nc-container"></div><script src="https://g.alicdn.com/sd/ncpc/nc.js"></script>',
  geetest: '<div class="geetest_holder"></div><script src="https://static.geetest.com/v4/gt4.js"></script>',
  'click-characters':
    '<div class="verifybox"><div class="verify-img-panel"><img src="/pool"></div><div class="verify-bar-area">Click in turn: 天, 地, 人</div></div>',
  'cloudflare-gate':
    '<!doctype html><title>Just a moment...</title><div id="challenge-stage"></div><script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>',
}

export function loginPage(extra = '', action = '/login'): string {
  return `<!doctype html><title>Sign in</title><form method="post" action="${action}"><label>User <input name="user"></label>
<label>Password <input type="password" name="pass"></label>${extra}<button>Sign in</button></form>`
}

function responders(foreign: string): Readonly<Record<BadKind, Respond>> {
  return {
    'huge-page': (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      const chunk = Buffer.alloc(1 << 16, '<p>filler</p>')
      let left = 50 * 16
      const more = (): void => {
        while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', more)
        response.end(loginPage())
      }
      more()
      return undefined
    },
    'redirect-loop': ({ path }) => ({ status: 302, headers: { location: path.endsWith('?a') ? '/login?b' : '/login?a' } }),
    'refresh-loop': ({ path }) => ({ body: `<meta http-equiv="refresh" content="0;url=${path === '/login' ? '/other' : '/login'}">` }),
    'cookie-bomb': () => ({ headers: { 'set-cookie': bomb() }, body: loginPage() }),
    'no-form': () => ({ body: '<!doctype html><title>Welcome</title><p>Nothing to sign in to.</p><a href="/about">About</a>' }),
    'registration-only': () => ({
      body: `<!doctype html><title>Register</title><form method="post" action="/register"><input name="email"><input type="password" name="password">
<input type="password" name="password_confirm"><button>Create account</button></form><form action="/search"><input name="q"></form>`,
    }),
    slow: async () => {
      await wait(10_000, undefined, { ref: false })
      return { body: loginPage() }
    },
    'server-error': () => ({ status: 500, body: '<title>Internal Server Error</title>' }),
    'error-after-post': afterPost(() => ({ status: 503, body: '<title>Service Unavailable</title>' })),
    lockout: afterPost(() => ({ body: `<p class="error">Your account has been locked due to too many failed attempts.</p>${loginPage()}` })),
    silent: afterPost(() => ({ body: loginPage() })),
    forbidden: () => ({ status: 403, body: '<title>Access denied</title><h1>Access denied</h1>' }),
    throttled: afterPost(() => ({ status: 429, headers: { 'retry-after': '600' }, body: '<title>Too Many Requests</title>' })),
    'foreign-action': () => ({ body: loginPage('', `${foreign}/collect`) }),
  }
}

function afterPost(answer: (request: ReceivedRequest) => Answer): Respond {
  return (request) => (request.method === 'POST' ? answer(request) : { body: loginPage() })
}

/** As much as Node lets a server send in one header section many times over. */
function bomb(): string[] {
  return Array.from({ length: 3000 }, (_, index) => `bomb${index}=${'x'.repeat(4000)}; Path=/`)
}
