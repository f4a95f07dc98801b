import type { LoginPageSeen } from '../../accounts/index.ts'

/** What was recognised beside the form itself, a sentence each, as a person would say it. */
export function seenInWords(seen: LoginPageSeen): string[] {
  const { auth = [], code, remember = [], consent = [], csrf = [], hidden = [], charset, api, namesChange, password } = seen
  return [
    ...(auth.length > 0 ? [`HTTP authentication is offered: ${auth.join(', ')}`] : []),
    ...(code === undefined ? [] : [`the form has a field for a one-time code, \`${code}\`: you are asked for it when you sign in`]),
    ...(remember.length > 0 ? [`a box to stay signed in, ${quoted(remember)}, is left empty`] : []),
    ...(consent.length > 0 ? [`a box to agree, ${quoted(consent)}, is ticked where the form does not go without`] : []),
    ...(csrf.length > 0 ? [`against forged requests the site uses the ${csrf.map(placeInWords).join(', the ')}; it is sent back as the page gives it`] : []),
    ...(hidden.length > 0 && password !== undefined
      ? [`${hidden.length === 1 ? 'a hidden field goes' : `${hidden.length} hidden fields go`} along: ${quoted(hidden.slice(0, 8))}`]
      : []),
    ...(/^utf-?8$/i.test(charset) ? [] : [`pages and forms are in ${charset}`]),
    ...(namesChange === true ? ['the names of its fields change with every load: they are recognised anew each time'] : []),
    ...(api === undefined ? [] : [`its script signs in at ${new URL(api).pathname}`]),
  ]
}

/** `field csrf` as "hidden field `csrf`". */
function placeInWords(place: string): string {
  const space = place.indexOf(' ')
  const kind = place.slice(0, space)
  const kinds: Readonly<Record<string, string>> = { field: 'hidden field', meta: 'meta tag', cookie: 'cookie', header: 'header' }
  return `${kinds[kind] ?? kind} \`${place.slice(space + 1)}\``
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
