import type { LoginPageSeen } from '../../accounts/index.ts'

/** What a login page has become since it was last looked at, a sentence each; none: it is as it was. */
export function changesBetween(before: LoginPageSeen, now: LoginPageSeen): string[] {
  return [
    ...moved('the login page', before.page, now.page),
    ...moved('its title', before.title, now.title, quoted),
    ...moved('its charset', before.charset, now.charset),
    ...moved('the form', before.form?.name, now.form?.name, code),
    ...moved('the address the form is sent to', before.form?.action, now.form?.action),
    ...moved('the way the form is sent', before.form?.method.toUpperCase(), now.form?.method.toUpperCase()),
    ...(before.namesChange === true && now.namesChange === true
      ? []
      : [...moved('the user name field', before.user, now.user, code), ...moved('the password field', before.password, now.password, code)]),
    ...moved('the captcha field', before.captcha, now.captcha, code),
    ...moved('the captcha image', inWords(before.captchaImage), inWords(now.captchaImage)),
    ...moved('the field for a one-time code', before.code, now.code, code),
    ...listed('box to stay signed in', before.remember, now.remember),
    ...listed('box to agree', before.consent, now.consent),
    ...listed('protection against forged requests', before.csrf, now.csrf),
    ...listed('hidden field', before.hidden, now.hidden),
    ...listed('way of HTTP authentication', before.auth, now.auth),
    ...moved('the login API of its script', before.api, now.api),
  ]
}

function moved(what: string, before: string | undefined, now: string | undefined, as: (text: string) => string = (text) => text): string[] {
  if (before === now) return []
  if (before === undefined) return [`${what} is new: ${as(now ?? '')}`]
  if (now === undefined) return [`${what} is gone: it was ${as(before)}`]
  return [`${what} is ${as(now)} now; it was ${as(before)}`]
}

function listed(what: string, before: readonly string[] = [], now: readonly string[] = []): string[] {
  const gone = before.filter((name) => !now.includes(name))
  const fresh = now.filter((name) => !before.includes(name))
  return [...fresh.map((name) => `a ${what} is new: ${code(name)}`), ...gone.map((name) => `a ${what} is gone: ${code(name)}`)]
}

function inWords(has: boolean | undefined): string | undefined {
  return has === true ? 'there' : undefined
}

function code(text: string): string {
  return `\`${text}\``
}

function quoted(text: string): string {
  return `"${text}"`
}
