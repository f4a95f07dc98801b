import type { AuditRecord } from './contract.ts'

/** How grave an outcome is to who watches, 0 to 10. */
const severities = { intent: 1, done: 3, refused: 6, failed: 7 } as const

/**
 * A record as one line of the Common Event Format (Micro Focus, revision 25): a header of eight fields, then `key=value` pairs. What CEF has
 * no key for stands in custom strings with their labels.
 */
export function toCef(record: AuditRecord, version: string): string {
  const { n, at, act, outcome, who, from = {}, owner, account, site, rule, reason, error, of, details, device, mac } = record
  const header = ['CEF:0', 'login-relay', 'login-relay', version, act, `${act} ${outcome}`, String(severities[outcome])].map(escapeHeader).join('|')
  const given: readonly (readonly [string, string | number | undefined])[] = [
    ['rt', Date.parse(at)],
    ['externalId', n],
    ['act', act],
    ['outcome', outcome],
    ['suid', who.user],
    ['suser', who.name],
    ['src', from.address],
    ['requestClientApplication', from.agent],
    ['duid', owner],
    ['reason', error ?? reason],
    ...custom(1, 'account', account),
    ...custom(2, 'site', site),
    ...custom(3, 'device', device ?? who.device),
    ...custom(4, 'rule', rule),
    ...custom(5, 'details', details === undefined ? undefined : JSON.stringify(details)),
    ...custom(6, 'mac', mac),
    ...(of === undefined
      ? []
      : ([
          ['cn1', of],
          ['cn1Label', 'of'],
        ] as const)),
  ]
  const pairs = given.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${escapeValue(String(value))}`]))
  return `${header}|${pairs.join(' ')}`
}

function custom(index: number, label: string, value: string | undefined): [string, string | undefined][] {
  return value === undefined
    ? []
    : [
        [`cs${index}`, value],
        [`cs${index}Label`, label],
      ]
}

/** Header fields: a backslash before `\` and `|`; no line ends. */
function escapeHeader(text: string): string {
  return oneLine(text).replace(/[\\|]/g, '\\$&')
}

/** Values: a backslash before `\` and `=`; line ends as `\n` and `\r`. */
function escapeValue(text: string): string {
  return text
    .replace(/[\\=]/g, '\\$&')
    .replace(/\r/g, '\\r')
    .replace(/[\n\u2028\u2029]/g, '\\n')
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]/g, ' ')
}
