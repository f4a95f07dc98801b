import { startBasicSite } from '../../test/sites/basic-site.ts'
import { startCaptchaSite } from '../../test/sites/captcha-site.ts'
import { startChangingSite } from '../../test/sites/changing-site.ts'
import { startEchoingSite } from '../../test/sites/echoing-site.ts'
import { startFramedSite } from '../../test/sites/framed-site.ts'
import { type FurtherPage, startFurtherPagesSite } from '../../test/sites/further-pages-site.ts'
import { startGbkSite } from '../../test/sites/gbk-site.ts'
import { startHttpDigestSite } from '../../test/sites/http-digest-site.ts'
import { startRotatingSite } from '../../test/sites/rotating-site.ts'
import { type HashingScheme, schemes, startHashingSite } from '../../test/sites/scripts/hashing-site.ts'
import { type JsonSiteOptions, startJsonSite } from '../../test/sites/scripts/json-site.ts'
import { startScriptedSite } from '../../test/sites/scripts/scripted-site.ts'
import { startCas } from '../../test/sites/single-sign-on/cas.ts'
import type { SingleSignOn } from '../../test/sites/single-sign-on/identity-provider.ts'
import { startOpenId } from '../../test/sites/single-sign-on/openid.ts'
import { startSaml } from '../../test/sites/single-sign-on/saml.ts'
import { startTwoStepSite } from '../../test/sites/two-step-site.ts'
import { products } from './products.ts'

/** A site of the bench, running. */
export interface RunningSite {
  /** Where a person would go: all that is given to the relay, beside the user name and the password. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** What the person at the portal answers. */
  readonly answer?: (question: string) => string
  stop(): Promise<void>
}

export interface BenchSite {
  readonly name: string
  /** How a Chromium signs in there, for comparison; undefined: its page cannot do it without a person, or has no script to do it with. */
  readonly chromium?: 'form' | 'http'
  /** What stands on the page behind the sign-in; default: words for signing out. */
  readonly says?: RegExp
  /** A script makes something of the password, or draws the form: the plain engine cannot know what. */
  readonly needsScript?: true
  start(): Promise<RunningSite>
}

export const [username, password] = ['ann.miller', 'correct: horse & battery']
const account = { username, password }

const samples: readonly BenchSite[] = [
  { name: 'form', chromium: 'form', start: () => startRotatingSite(account) },
  { name: 'form that repeats what it gets', chromium: 'form', start: () => startEchoingSite(account) },
  { name: 'form beside others', chromium: 'form', start: async () => at(await startChangingSite(account)) },
  { name: 'form in GBK', chromium: 'form', start: () => startGbkSite(account) },
  { name: 'form in a frame', chromium: 'form', start: () => startFramedSite(account) },
  { name: 'form with a captcha', start: () => startCaptchaSite(account) },
  { name: 'user name first, then password', chromium: 'form', start: startTwoStep },
  { name: 'OpenID Connect, query', chromium: 'form', start: async () => bySso(await startOpenId('query', account)) },
  { name: 'OpenID Connect, form_post', chromium: 'form', start: async () => bySso(await startOpenId('form_post', account)) },
  { name: 'SAML, posted by onload', chromium: 'form', start: async () => bySso(await startSaml('onload', account)) },
  { name: 'SAML, posted by a script', chromium: 'form', start: async () => bySso(await startSaml('inline script', account)) },
  { name: 'CAS', chromium: 'form', start: async () => bySso(await startCas(account)) },
  { name: 'HTTP Basic', chromium: 'http', start: () => startBasicSite(account) },
  { name: 'HTTP Digest', chromium: 'http', start: () => startHttpDigestSite(account) },
  further('a code by mail', ['mailed-code']),
  further('a security question', ['question']),
  further('another session to end', ['other-session']),
  further('terms to agree to', ['terms']),
  json('JSON, bearer token', {}),
  json('JSON, session cookie', { session: 'cookie' }),
  json('JSON, double-submit cookie', { csrf: 'cookie' }),
  json('JSON, token of a meta element', { csrf: 'meta' }),
  json('JSON, token of a header', { csrf: 'header' }),
  { name: 'drawn by a script', needsScript: true, chromium: 'form', start: async () => at(await startScriptedSite(account)) },
  ...(Object.keys(schemes) as HashingScheme[]).map(
    (scheme): BenchSite => ({
      name: `password sent as ${scheme}`,
      ...(scheme === 'rsa oaep with a key of an address, and a nonce' ? { needsScript: true as const } : {}),
      start: () => startHashingSite(scheme, account),
    }),
  ),
]

/** Everything that can be started here. */
export const sites: readonly BenchSite[] = [...samples, ...products]

/** Its field is one for mail addresses: a browser wants one there. */
async function startTwoStep(): Promise<RunningSite> {
  const username = 'ann@example.test'
  const { url, stop } = await startTwoStepSite({ username, password })
  return { url, stop, username }
}

function bySso({ application, stop }: SingleSignOn): RunningSite {
  return { url: application.url, stop }
}

/** Its address alone. */
function at({ url, stop }: Pick<RunningSite, 'url' | 'stop'>): RunningSite {
  return { url, stop }
}

function further(name: string, pages: readonly FurtherPage[]): BenchSite {
  return {
    name: `form, then ${name}`,
    async start() {
      const site = await startFurtherPagesSite(pages, account)
      return { url: site.url, stop: site.stop, answer: () => (pages[0] === 'question' ? site.answer : site.mailed.code) }
    },
  }
}

function json(name: string, options: JsonSiteOptions): BenchSite {
  return { name, start: () => startJsonSite({ ...account, ...options }) }
}
