import type { Browser, FormParts, Look, Page } from '../../../adapters/index.ts'
import type { LoginPageSeen } from '../../accounts/index.ts'
import { csrfHeaders } from './api-token.ts'
import { authSchemes } from './http-auth.ts'
import type { LoginApi } from './login-api.ts'

const csrfName = /csrf|xsrf|forgery|authenticity/i

/** What there is to tell of a login page: names and addresses, never a value. */
export function recognise(
  page: Page,
  { parts }: Look,
  browser: Browser,
  facts: { readonly api: LoginApi | undefined; readonly namesChange: boolean; readonly again: FormParts | undefined },
): LoginPageSeen {
  const auth = authSchemes(page.header('www-authenticate'))
  return {
    page: withoutValues(page.url),
    title: page.title.slice(0, 200),
    charset: page.encoding,
    ...(auth.length === 0 ? {} : { auth }),
    ...(parts === undefined ? {} : formFacts(parts, facts.again ?? parts)),
    ...some('csrf', csrfPlaces(page, browser, parts)),
    ...(facts.api === undefined ? {} : { api: withoutValues(facts.api.url) }),
    ...(facts.namesChange ? { namesChange: true } : {}),
  }
}

/** What a form is called; empty: nothing. */
export function formName({ form: { id, name } }: FormParts): string {
  return id || name
}

/** Hidden fields, and a name of the form, that another load does not have are made anew each time: they tell nothing of the site. */
function formFacts(parts: FormParts, again: FormParts) {
  const { form, user, password, captcha, hasCaptchaImage, code, remember, consent, hidden } = parts
  const name = formName(parts)
  return {
    form: { ...(name === '' || name !== formName(again) ? {} : { name }), method: form.method, action: withoutValues(form.action) },
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(captcha === undefined ? {} : { captcha }),
    ...(hasCaptchaImage ? { captchaImage: true } : {}),
    ...(code === undefined ? {} : { code }),
    ...some('remember', remember),
    ...some('consent', consent),
    ...some(
      'hidden',
      hidden.filter((name) => again.hidden.includes(name)),
    ),
  }
}

function csrfPlaces(page: Page, browser: Browser, parts: FormParts | undefined): string[] {
  const metas = page.query('meta[name]').flatMap((meta) => {
    const name = meta.attribute('name') ?? ''
    return csrfName.test(name) ? [name] : []
  })
  return [
    ...(parts?.csrf ?? []).map((name) => `field ${name}`),
    ...metas.map((name) => `meta ${name}`),
    ...browser.cookies
      .names(page.url)
      .filter((name) => csrfName.test(name))
      .map((name) => `cookie ${name}`),
    ...csrfHeaders.filter((name) => page.header(name) !== undefined).map((name) => `header ${name.toLowerCase()}`),
  ]
}

/** Values of a query may be good for one visit, or for one person. */
function withoutValues(url: URL): string {
  const names = [...new Set(url.searchParams.keys())]
  return `${url.origin}${url.pathname}${names.length === 0 ? '' : `?${names.map((name) => `${encodeURIComponent(name)}=`).join('&')}`}`
}

function some<K extends string>(key: K, list: readonly string[]): Partial<Record<K, readonly string[]>> {
  return list.length === 0 ? {} : ({ [key]: list.slice(0, 40) } as unknown as Record<K, readonly string[]>)
}
