import type { Challenge } from '../../adapters/index.ts'
import { startBasicSite } from '../sites/basic-site.ts'
import { type FurtherPage, startFurtherPagesSite } from '../sites/further-pages-site.ts'
import { startGbkSite } from '../sites/gbk-site.ts'
import { type HashingScheme, schemes, startHashingSite } from '../sites/hashing-site.ts'
import { type HttpDigestOptions, startHttpDigestSite } from '../sites/http-digest-site.ts'
import { type JsonSiteOptions, startJsonSite } from '../sites/json-site.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import type { SignInBook } from '../sites/sign-in-book.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'

/** A kind of login: a sample server that signs in that way, and what a person would have written down for it. */
export interface LoginKind {
  readonly title: string
  readonly adapter: string
  readonly username: string
  readonly hasCaptcha?: true
  readonly start: (username: string, password: string) => Promise<KindSite>
}

export interface KindSite {
  readonly url: string
  readonly origin: string
  /** What it made of each password that reached it. */
  readonly outcomes: () => readonly ('signed-in' | 'wrong-password')[]
  readonly settings?: Readonly<Record<string, unknown>>
  /** Beside the password. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Answers by field of a credential are made of these. */
  readonly answers?: Readonly<Record<string, string>>
  /** What a person answers. */
  readonly answer?: (challenge: Challenge) => string
  /** A page behind the sign-in. */
  readonly inside?: string
  stop(): Promise<void>
}

const withBook = <S extends { readonly book: SignInBook }>(site: S): S & Pick<KindSite, 'outcomes'> => ({ ...site, outcomes: () => site.book.outcomes })

export const formKinds: readonly LoginKind[] = [
  {
    title: 'pages and forms in GBK',
    adapter: 'form',
    username: '张伟',
    start: async (username, password) => withBook(await startGbkSite({ username, password })),
  },
  {
    title: 'the user name first, the password on the next page',
    adapter: 'form',
    username: 'ann@example.test',
    start: async (username, password) => withBook(await startTwoStepSite({ username, password })),
  },
  {
    title: 'a session cookie that changes with every answer',
    adapter: 'form',
    username: 'ann',
    start: async (username, password) => withBook(await startRotatingSite({ username, password })),
  },
]

export const hashingKinds: readonly LoginKind[] = (Object.keys(schemes) as HashingScheme[]).map((scheme) => ({
  title: `a password that the page's script sends as ${scheme}`,
  adapter: 'form',
  username: 'Ann',
  start: async (username, password) => withBook(await startHashingSite(scheme, { username, password })),
}))

export const furtherPageKinds: readonly LoginKind[] = [
  further('the code of a stored authenticator key', ['totp']),
  further('a code by mail that the person types in', ['mailed-code']),
  further('a security question with a stored answer', ['question']),
  further('a security question that the person answers', ['question'], { asks: true }),
  further('another session to end', ['other-session']),
  further('terms to agree to', ['terms']),
  further('a page in between that the settings name', ['unusual'], { settings: { goOn: [{ text: 'Hyvää huomenta', press: 'Eteenpäin' }] } }),
  further('terms, a code by mail, a question and another session', ['terms', 'mailed-code', 'question', 'other-session']),
]

export const jsonKinds: readonly LoginKind[] = [
  byJson('JSON with a bearer token', {}, { url: '/api/login', check: '/api/me' }),
  byJson('JSON with a session cookie', { session: 'cookie' }, { url: '/api/login', check: '/api/me' }),
  byJson(
    'JSON with a token in a header of its own and in storage',
    { session: 'custom-header' },
    {
      url: '/api/login',
      token: { json: 'data.accessToken' },
      attach: { 'X-Access-Token': '{token}' },
      storage: [{ area: 'local', key: 'auth', value: '{"token":"{token}"}' }],
    },
  ),
  byJson('JSON with a double-submit cookie', { csrf: 'cookie' }, { url: '/api/login', page: true, headers: { 'X-XSRF-TOKEN': { cookie: 'XSRF-TOKEN' } } }),
  byJson(
    'JSON with a token of a meta element',
    { csrf: 'meta' },
    { url: '/api/login', page: true, read: { csrf: { meta: 'csrf-token' } }, headers: { 'X-CSRF-TOKEN': '{csrf}' } },
  ),
  byJson(
    'JSON with a token of an address',
    { csrf: 'endpoint' },
    { url: '/api/login', read: { csrf: { url: '/api/csrf', json: 'token' } }, headers: { 'X-CSRF-TOKEN': '{csrf}' } },
  ),
  byJson(
    'JSON with a captcha, and codes of its own in answers of 200',
    { captcha: true, codes: true },
    {
      url: '/api/login',
      body: { username: '{username}', password: '{password}', code: '{captcha}', uuid: '{captchaId}' },
      captcha: { url: '/api/captcha', image: 'img', id: 'uuid', enabled: 'captchaEnabled' },
    },
  ),
]

export const headerKinds: readonly LoginKind[] = [
  {
    title: 'HTTP Basic',
    adapter: 'basic',
    username: 'ann',
    start: async (username, password) => {
      const site = await startBasicSite({ username, password })
      return { ...site, outcomes: () => outcomesOf(site.counts.presented - site.counts.refused, site.counts.refused) }
    },
  },
  byDigest('HTTP Digest, SHA-256 or MD5', {}),
  byDigest('HTTP Digest, MD5 as of before RFC 2617', { algorithms: ['MD5'], qop: 'none' }),
  byDigest('HTTP Digest, MD5-sess', { algorithms: ['MD5-sess'] }),
  byDigest('HTTP Digest, SHA-256-sess with hashed user names and a nonce for each request', { algorithms: ['SHA-256-sess'], userhash: true, nextNonce: true }),
]

function further(title: string, pages: readonly FurtherPage[], options: { settings?: Record<string, unknown>; asks?: boolean } = {}): LoginKind {
  return {
    title,
    adapter: 'form',
    username: 'ann',
    async start(username, password) {
      const site = await startFurtherPagesSite(pages, { username, password })
      return {
        ...withBook(site),
        settings: options.settings ?? {},
        secrets: pages.includes('totp') ? { totp: site.totpSeed } : {},
        answers: pages.includes('question') && options.asks !== true ? { [site.question]: site.answer } : {},
        answer: (challenge) => (challenge.kind === 'question' ? site.answer : site.mailed.code),
      }
    },
  }
}

function byJson(title: string, options: JsonSiteOptions, settings: Record<string, unknown>): LoginKind {
  return {
    title,
    adapter: 'json',
    username: 'ann',
    ...(options.captcha === true ? { hasCaptcha: true as const } : {}),
    async start(username, password) {
      const site = await startJsonSite({ username, password, ...options })
      return {
        ...withBook(site),
        settings: { landing: '/api/orders', ...settings },
        inside: '/api/orders',
        ...(options.captcha === true ? { answer: () => site.captchaAnswer } : {}),
      }
    },
  }
}

function byDigest(title: string, options: HttpDigestOptions): LoginKind {
  return {
    title,
    adapter: 'digest',
    username: options.userhash === true ? 'änn' : 'ann',
    async start(username, password) {
      const site = await startHttpDigestSite({ username, password, ...options })
      return { ...site, outcomes: () => outcomesOf(site.counts.right, site.counts.refused) }
    },
  }
}

function outcomesOf(right: number, wrong: number): ('signed-in' | 'wrong-password')[] {
  return [...Array<'wrong-password'>(wrong).fill('wrong-password'), ...Array<'signed-in'>(right).fill('signed-in')]
}
