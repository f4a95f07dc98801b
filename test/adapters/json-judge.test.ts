import t, { type Test } from 'tap'
import { apiFacts } from '../../adapters/json/answer.ts'
import { judgeApi } from '../../adapters/json/judge.ts'
import { jsonSettings } from '../../adapters/json/settings.ts'
import { browserFor } from '../login/browser/browser-for-test.ts'
import { serve } from '../sites/serve.ts'

interface Given {
  readonly status?: number
  readonly body?: unknown
  readonly html?: string
  readonly cookie?: boolean
  readonly captcha?: boolean
  readonly header?: string
  readonly settings?: Record<string, unknown>
}

/** What an answer of a login API is taken for. */
async function judged(t: Test, { status = 200, body, html, cookie = false, captcha = false, header, settings = {} }: Given): Promise<string> {
  const type = { 'content-type': html === undefined ? 'application/json' : 'text/html' }
  const site = await serve(() => ({
    status,
    headers: header === undefined ? type : { ...type, authorization: header },
    body: html ?? JSON.stringify(body ?? {}),
  }))
  t.teardown(() => site.stop())
  const page = await browserFor(t, [site.origin]).postJson(site.url, {})
  const cookies = cookie ? [{ name: 'sid', change: 'set' as const }] : []
  const verdict = judgeApi(apiFacts(page, captcha, cookies, jsonSettings.parse({ url: '/login', ...settings })))
  return verdict.is === 'failed' ? verdict.kind : verdict.is
}

const table: readonly (readonly [title: string, given: Given, expected: string])[] = [
  ['a token in the usual place', { body: { token: 'abcdef' } }, 'signed-in'],
  ['a token deeper down', { body: { code: 0, data: { access_token: 'abcdef' } } }, 'signed-in'],
  ['a token that is the whole of data', { body: { code: 200, data: 'eyJhbGciOiJIUzI1NiJ9.x.y' } }, 'signed-in'],
  ['a token in a header', { header: 'Bearer abcdef' }, 'signed-in'],
  ['a cookie and an empty answer', { body: {}, cookie: true }, 'signed-in'],
  ['a cookie beside a refusal', { body: { success: false, message: 'Login failed' }, cookie: true }, 'wrong-password'],
  ['nothing at all', {}, 'unknown'],
  ['no token where one must be', { body: { user: 'ann' }, cookie: true, settings: { token: { json: 'jwt' } } }, 'unknown'],
  ['401', { status: 401 }, 'wrong-password'],
  ['401 that speaks of a lock', { status: 401, body: { message: 'Account locked' } }, 'blocked'],
  ['400 that speaks of the password', { status: 400, body: { error_description: 'Bad credentials' } }, 'wrong-password'],
  ['400 without a word', { status: 400 }, 'unknown'],
  ['403', { status: 403 }, 'blocked'],
  ['429', { status: 429 }, 'blocked'],
  ['500', { status: 500, body: { token: 'abcdef' } }, 'site-down'],
  ['404', { status: 404 }, 'form-not-found'],
  ['a page where data was expected', { html: '<title>Welcome</title>' }, 'form-not-found'],
  ['200 with a code of its own', { body: { code: 500, msg: '用户不存在/密码错误' } }, 'wrong-password'],
  ['a refused captcha', { body: { code: 500, msg: '验证码错误' }, captcha: true }, 'captcha-refused'],
  ['a captcha that was not sent', { body: { code: 500, msg: '验证码错误' } }, 'challenge'],
  ['captcha or password', { body: { code: 500, msg: '密码或验证码错误' }, captcha: true }, 'wrong-password'],
  ['no, and not why', { body: { code: 1001 } }, 'wrong-password'],
  ...[
    { status: 'error' },
    { status: 'fail' },
    { code: -1, msg: 'E1004' },
    { code: 'AUTH_FAILED' },
    { success: 0 },
    { success: 'false' },
    { result: false },
    { authenticated: false },
    { error: true },
  ].map((body): [string, Given, string] => [`a cookie beside ${JSON.stringify(body)}`, { body, cookie: true }, 'wrong-password']),
  ['a cookie beside a code that only the site knows', { body: { code: 1, msg: 'no such login' }, cookie: true }, 'unknown'],
  ['a cookie beside a word and a message that only the site knows', { body: { code: 'E1004', msg: 'see E1004' }, cookie: true }, 'unknown'],
  ['a cookie beside a word that only the site knows', { body: { code: 'E1004' }, cookie: true }, 'signed-in'],
  ...['NO_ERROR', 'LOGIN_SUCCESS', 'login.success', 'SUC0000', 'SUCCESS'].map((code): [string, Given, string] => [
    `a cookie beside ${code}`,
    { body: { code }, cookie: true },
    'signed-in',
  ]),
  ...['UNSUCCESSFUL', 'LOGIN_FAILED'].map((code): [string, Given, string] => [
    `a cookie beside ${code}`,
    { body: { code, msg: 'x' }, cookie: true },
    code === 'LOGIN_FAILED' ? 'wrong-password' : 'unknown',
  ]),
  ...['登录完成', '로그인 성공', 'Login realizado com sucesso'].map((msg): [string, Given, string] => [
    `a cookie beside ${msg}`,
    { body: { code: 1, msg }, cookie: true },
    'signed-in',
  ]),
  [
    'a cookie beside a code that counts from 1, and a person',
    { body: { code: 1, msg: '登录成功', data: { user: { title: '工程师' } } }, cookie: true },
    'signed-in',
  ],
  ['a cookie beside a state and a greeting', { body: { status: 'active', message: 'Hello, Ann' }, cookie: true }, 'signed-in'],
  ['a cookie beside a state', { body: { status: 'active' }, cookie: true }, 'signed-in'],
  ['a cookie beside a code that counts from 1', { body: { code: 1, msg: '登录成功' }, cookie: true }, 'signed-in'],
  ['a sign of denial', { body: { result: 'nope' }, settings: { signs: { denied: [{ text: 'nope' }] } } }, 'wrong-password'],
  ['a sign of success', { body: { result: 'yes' }, settings: { signs: { success: [{ text: '"yes"' }] } } }, 'signed-in'],
  ['a sign of success that holds for a refusal too', { status: 401, settings: { signs: { success: [{ path: '/login' }] } } }, 'wrong-password'],
  ['no sign of success where one is named', { body: { token: 'abcdef' }, settings: { signs: { success: [{ text: '"yes"' }] } } }, 'unknown'],
  ['a code is asked for', { body: { mfa: true, token: 'abcdef' }, settings: { code: { when: '"mfa":true', url: '/code' } } }, 'code-asked'],
]

for (const [title, given, expected] of table) {
  t.test(`an answer of a login API is judged ${expected}: ${title}`, async (t) => t.equal(await judged(t, given), expected))
}
