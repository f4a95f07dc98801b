import type { Challenge } from '../../../adapters/index.ts'
import type { AttentionReason } from '../../../relay/accounts/index.ts'
import { startBasicSite } from '../../sites/basic-site.ts'
import { startCaptchaSite, unreadable } from '../../sites/captcha-site.ts'
import { startFramedSite } from '../../sites/framed-site.ts'
import { type Front, startFront, type Trouble } from '../../sites/front.ts'
import { type FurtherPage, startFurtherPagesSite } from '../../sites/further-pages-site.ts'
import { startGbkSite } from '../../sites/gbk-site.ts'
import { type HttpDigestOptions, startHttpDigestSite } from '../../sites/http-digest-site.ts'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import { type HashingScheme, schemes, startHashingSite } from '../../sites/scripts/hashing-site.ts'
import { type JsonSiteOptions, startJsonSite } from '../../sites/scripts/json-site.ts'
import { startScriptedSite } from '../../sites/scripts/scripted-site.ts'
import type { SignInBook } from '../../sites/sign-in-book.ts'
import { startCas } from '../../sites/single-sign-on/cas.ts'
import { hosts, type SingleSignOn, type SingleSignOnOptions } from '../../sites/single-sign-on/identity-provider.ts'
import { startOpenId } from '../../sites/single-sign-on/openid.ts'
import { startSaml } from '../../sites/single-sign-on/saml.ts'
import { startTwoStepSite } from '../../sites/two-step-site.ts'

/** A kind of login: a sample server that signs in that way, and what a person would have written down for it. */
export interface LoginKind {
  readonly title: string
  readonly adapter: string
  readonly username: string
  readonly hasCaptcha?: true
  /** Conditions to leave out, for kinds whose every sign-in is slow. */
  readonly only?: readonly Condition[]
  /** For what the account needs a person where its site is not as it was: here the password leaves before that shows. */
  readonly needs?: Partial<Record<Condition, AttentionReason>>
  readonly start: (username: string, password: string) => Promise<KindSite>
}

/** What a site, or what is sent to it, can be like. */
export type Condition = 'right password' | 'wrong password' | 'captcha wrong once' | `site ${Trouble}`

export interface KindSite {
  readonly url: string
  readonly origin: string
  /** What it made of each password that reached it. */
  readonly outcomes: () => readonly ('signed-in' | 'wrong-password')[]
  readonly settings?: Readonly<Record<string, unknown>>
  /** Beside the password. */
  readonly secrets?: Readonly<Record<string, string>>
  /** What arrived in the password's place, where that is not the password: it would let its finder in as well. */
  readonly made?: () => readonly string[]
  /** Answers by field of a credential are made of these. */
  readonly answers?: Readonly<Record<string, string>>
  /** What a person answers. */
  readonly answer?: (challenge: Challenge) => string
  /** A page behind the sign-in. */
  readonly inside?: string
  /** By which trouble comes over the identity provider, at an origin of its own; default: over the site itself. */
  readonly front?: Front
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
    title: 'a form in a frame of a frame',
    adapter: 'form',
    username: 'ann',
    start: async (username, password) => withBook(await startFramedSite({ username, password })),
  },
  {
    title: 'a session cookie that changes with every answer',
    adapter: 'form',
    username: 'ann',
    start: async (username, password) => withBook(await startRotatingSite({ username, password })),
  },
]

/** A reader takes its time for each image before a person is asked. */
export const captchaKinds: readonly LoginKind[] = [
  {
    title: 'a form with a captcha',
    adapter: 'form',
    username: 'ann',
    hasCaptcha: true,
    async start(username, password) {
      const site = await startCaptchaSite({ username, password, captcha: unreadable })
      const answer = (challenge: Challenge) => (challenge.kind === 'captcha' ? site.answerOf(challenge.image) : '')
      return { ...site, answer, inside: '/orders', outcomes: () => site.signIns.filter((one) => one === 'signed-in' || one === 'wrong-password') }
    },
  },
]

export const hashingKinds: readonly LoginKind[] = (Object.keys(schemes) as HashingScheme[]).map((scheme) => ({
  title: `a password that the page's script sends as ${scheme}`,
  adapter: 'form',
  username: 'Ann',
  async start(username, password) {
    const site = await startHashingSite(scheme, { username, password })
    // The salt alone is no secret.
    const made = () => site.received.flatMap((text) => text.split(' ')).filter((text) => text.length > 16)
    return { ...withBook(site), made }
  },
}))

export const furtherPageKinds: readonly LoginKind[] = [
  further('the code of a stored authenticator key', ['totp']),
  further('a code by mail that the person types in', ['mailed-code']),
  further('a code by mail, in a box for each character', ['boxed-code']),
  further('a security question with a stored answer', ['question']),
  further('a security question that the person answers', ['question'], { asks: true }),
  further('another session to end', ['other-session']),
  further('terms to agree to', ['terms']),
  further('a page in between that the settings name', ['unusual'], { settings: { goOn: [{ text: 'Hyvää huomenta', press: 'Eteenpäin' }] } }),
  further('terms, a code by mail, a question and another session', ['terms', 'mailed-code', 'question', 'other-session']),
]

const asForm = { url: '/api/login', send: 'form' }
const code = { when: 'mfa_required', url: '/api/login/code', read: { ticket: { json: 'data.ticket' } }, body: { ticket: '{ticket}', code: '{code}' } }

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
    'JSON with a token that stands in a header of the page',
    { csrf: 'header' },
    { url: '/api/login', page: true, read: { csrf: { header: 'x-csrf-token' } }, headers: { 'X-CSRF-TOKEN': '{csrf}' } },
  ),
  byJson(
    'JSON with a token of an address',
    { csrf: 'endpoint' },
    { url: '/api/login', read: { csrf: { url: '/api/csrf', json: 'token' } }, headers: { 'X-CSRF-TOKEN': '{csrf}' } },
  ),
  byJson('fields of a form to an API that answers JSON', { takes: 'form' }, asForm),
  byJson('JSON, then the code of a stored authenticator key', { secondStep: { totpSeed: 'JBSWY3DPEHPK3PXP' } }, { url: '/api/login', code }),
  byJson('fields of a form, then a code by mail that the person types in', { takes: 'form', secondStep: 'mailed' }, { ...asForm, code }),
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

export const singleSignOnKinds: readonly LoginKind[] = [
  bySso('OpenID Connect, the code in a redirect', (options) => startOpenId('query', options)),
  bySso('OpenID Connect, the code in a form', (options) => startOpenId('form_post', options)),
  bySso('SAML, posted by onload', (options) => startSaml('onload', options)),
  bySso('SAML, posted by a script in a file', (options) => startSaml('script in a file', options)),
  bySso('CAS', startCas),
]

/** Each takes seconds of a Chromium. */
export const scriptedKinds: readonly LoginKind[] = [
  {
    title: 'a sign-in that a script draws and posts',
    adapter: 'form-by-script',
    username: 'ann',
    only: ['right password', 'wrong password', 'site down', 'site layout-changed', 'site slow'],
    start: async (username, password) => ({ ...withBook(await startScriptedSite({ username, password })), inside: '/rpc/me' }),
  },
]

/** The application is as it should be; trouble comes over the provider. */
function bySso(title: string, start: (options: SingleSignOnOptions) => Promise<SingleSignOn>): LoginKind {
  return {
    title,
    adapter: 'form',
    username: 'ann',
    async start(username, password) {
      let front: Front | undefined
      const inFront = async (origin: string) => {
        front = await startFront({ url: origin, origin }, { host: hosts.provider })
        return front.origin
      }
      const { application, provider, stop } = await start({ username, password, inFront })
      const stopAll = async () => void (await Promise.all([front?.stop(), stop()]))
      return {
        url: application.url,
        origin: application.origin,
        ...(front === undefined ? {} : { front }),
        outcomes: () => provider.book.outcomes,
        stop: stopAll,
      }
    },
  }
}

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
  const isFirst = settings.page === undefined && settings.read === undefined && options.captcha === undefined
  return {
    title,
    needs: { 'site layout-changed': 'unknown', ...(isFirst ? { 'site down': 'interrupted', 'site slow': 'interrupted' } : {}) },
    adapter: 'json',
    username: 'ann',
    ...(options.captcha === true ? { hasCaptcha: true as const } : {}),
    async start(username, password) {
      const site = await startJsonSite({ username, password, ...options })
      return {
        ...withBook(site),
        settings: { landing: '/api/orders', ...settings },
        inside: '/api/orders',
        secrets: typeof options.secondStep === 'object' ? { totp: options.secondStep.totpSeed } : {},
        answer: ({ kind }) => (kind === 'captcha' ? site.captchaAnswer : site.mailed.code),
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
