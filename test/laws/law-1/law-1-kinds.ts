import type { Site } from '../../../relay/accounts/index.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { type AskingSite, startAskingSite } from '../../portal/asking-site.ts'
import { startBasicSite } from '../../sites/basic-site.ts'
import { startCaptchaSite } from '../../sites/captcha-site.ts'
import { startEchoingSite } from '../../sites/echoing-site.ts'
import { startGbkSite } from '../../sites/gbk-site.ts'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import type { SiteOptions } from '../../sites/serve.ts'
import { startTwoStepSite } from '../../sites/two-step-site.ts'
import { type Canary, formsIn } from '../canary.ts'

/** A sample server with one account, as law 1 needs it. */
export interface StartedSite {
  readonly url: string
  readonly ca?: string
  /** How often a right sign-in arrived: the password was really used. */
  readonly rightSignIns: () => number
  /** The right answer to an image it drew. */
  readonly answerOf?: (image: Buffer) => string
  /** The adapter's settings for it. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** What the account has beside the password, as the API takes it. */
  readonly beside?: { readonly totp?: string; readonly answers?: Readonly<Record<string, string>> }
  /** What else must not be found: keys, answers, what was made of the password and arrived here. */
  readonly secretToo?: () => readonly Canary[]
  stop(): Promise<void>
}

export interface Kind {
  readonly title: string
  readonly username: string
  /** Characters outside ASCII that the site's encoding has. */
  readonly letters: string
  readonly delivery: Site['delivery']
  readonly adapter?: string
  /** Names of headers that a tool is handed. */
  readonly headers?: readonly string[]
  /** What the session consists of holds the password: it is never handed off. */
  readonly staysHere?: true
  start(username: string, password: Canary): Promise<StartedSite>
}

/** HTTPS at a name that the test's resolver knows, vouched for by a private CA. */
export const secureHost = 'erp.test'

async function secure(): Promise<{ readonly ca: string; readonly options: SiteOptions }> {
  const authority = await createTestAuthority()
  return { ca: authority.cert, options: { tls: await authority.issue(secureHost), host: secureHost } }
}

const latin = 'cäná'

export const captchaKinds: readonly Kind[] = [
  {
    title: 'a captcha that the reader reads, over HTTP',
    username: 'ann.miller',
    letters: latin,
    delivery: 'attach',
    start: async (username, { value: password }) => withCaptcha(await startCaptchaSite({ username, password })),
  },
  {
    title: 'a captcha that the reader reads, over HTTPS with a private CA',
    username: 'ann.miller',
    letters: latin,
    delivery: 'handoff',
    start: async (username, { value: password }) => {
      const { ca, options } = await secure()
      return { ca, ...withCaptcha(await startCaptchaSite({ username, password, ...options })) }
    },
  },
  {
    title: 'a captcha that a person answers',
    username: 'ann.miller',
    letters: latin,
    delivery: 'attach',
    start: async (username, { value }) => withQuestion(await startAskingSite(username, value)),
  },
]

export const plainKinds: readonly Kind[] = [
  {
    title: 'pages and forms in GBK',
    username: '张伟',
    letters: '密码',
    delivery: 'handoff',
    start: async (username, { value: password }) => withBook(await startGbkSite({ username, password })),
  },
  {
    title: 'two steps, over HTTPS with a private CA',
    username: 'ann@example.test',
    letters: latin,
    delivery: 'attach',
    start: async (username, { value: password }) => {
      const { ca, options } = await secure()
      return { ca, ...withBook(await startTwoStepSite({ username, password, ...options })) }
    },
  },
  {
    title: 'a session cookie that changes with every answer',
    username: 'ann',
    letters: latin,
    delivery: 'attach',
    start: async (username, { value: password }) => withBook(await startRotatingSite({ username, password })),
  },
  ...(['attach', 'handoff'] as const).map(
    (delivery): Kind => ({
      title: `HTTP Basic, delivery ${delivery}`,
      username: 'ann',
      letters: latin,
      delivery,
      adapter: 'basic',
      staysHere: true,
      async start(username, password) {
        const site = await startBasicSite({ username, password: password.value })
        const holds = (authorization = '') => formsIn([password], Buffer.from(authorization)).length > 0
        return { ...site, rightSignIns: () => site.requests.filter(({ headers }) => holds(headers.authorization)).length }
      },
    }),
  ),
]

/** Servers that give the password away wherever they can. */
export const carelessKinds: readonly Kind[] = [
  ...(['attach', 'handoff'] as const).map(
    (delivery): Kind => ({
      title: `a site that repeats the password wherever it can, delivery ${delivery}`,
      username: 'ann',
      letters: latin,
      delivery,
      start: async (username, { value: password }) => withBook(await startEchoingSite({ username, password })),
    }),
  ),
  ...(['attach', 'handoff'] as const).map(
    (delivery): Kind => ({
      title: `a site that puts the password into a cookie, delivery ${delivery}`,
      username: 'ann',
      letters: latin,
      delivery,
      staysHere: true,
      start: async (username, { value: password }) => withBook(await startEchoingSite({ username, password, inCookie: true })),
    }),
  ),
]

function withBook<T extends { readonly book: { readonly outcomes: readonly string[] } }>(site: T): T & { rightSignIns(): number } {
  return { ...site, rightSignIns: () => site.book.outcomes.filter((outcome) => outcome === 'signed-in').length }
}

function withQuestion(site: AskingSite): StartedSite {
  return {
    ...site,
    answerOf: () => site.answer,
    rightSignIns: () => site.requests.filter(({ path, cookies }) => path === '/home' && cookies.sid === 'known').length,
  }
}

function withCaptcha({ url, stop, signIns, answerOf }: Awaited<ReturnType<typeof startCaptchaSite>>): StartedSite {
  return { url, stop, answerOf, rightSignIns: () => signIns.filter((outcome) => outcome === 'signed-in').length }
}
