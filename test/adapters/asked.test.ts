import t, { type Test } from 'tap'
import { findAsked } from '../../adapters/form/asked/find-asked.ts'
import { formSettings } from '../../adapters/form/settings.ts'
import { openPage } from './open-page.ts'

/** What a page asks, in short. */
async function asked(t: Test, markup: string, settings: Record<string, unknown> = {}): Promise<string | undefined> {
  const found = findAsked(await openPage(t, markup), formSettings.parse(settings))
  if (found === undefined) return undefined
  if (found.kind !== 'go-on')
    return `${found.kind} ${found.kind === 'code' && found.boxes !== undefined ? found.boxes.join(' ') : found.field}${found.kind === 'code' && found.isSent ? ' by message' : ''}: ${found.words}`
  return `press ${'link' in found.press ? found.press.link.pathname : found.press.button}: ${found.words}`
}

const table: readonly (readonly [title: string, markup: string, expected: string | undefined])[] = [
  ['a field that says so', '<form><input name="x" autocomplete="one-time-code"><input name="y"></form>', 'code x: '],
  ['a lone field for a code', '<form><label>Authenticator code <input name="otp"></label></form>', 'code otp: Authenticator code'],
  ['a code typed as a password', '<form><label>Token <input name="otp_token" type="password"></label></form>', 'code otp_token: Token'],
  ['a code by mail', '<p>We sent a code to a***@x.test</p><form><label>Code <input name="otp"></label></form>', 'code otp by message: Code'],
  [
    'a code in boxes that are sent one by one',
    `<p>Enter your verification code</p><form>${[1, 2, 3, 4, 5, 6].map((n) => `<input name="d${n}" maxlength="1">`).join('')}</form>`,
    'code d1 d2 d3 d4 d5 d6: ',
  ],
  [
    'a code in boxes of one name',
    `<p>Enter your verification code</p><form>${[1, 2, 3, 4].map((n) => `<input id="b${n}" name="d" maxlength="1" type="tel">`).join('')}</form>`,
    'code b1 b2 b3 b4: ',
  ],
  [
    'a code in boxes that a script joins',
    `<p>We sent a code to your phone</p><form>${'<input maxlength="1" inputmode="numeric">'.repeat(6)}<input type="hidden" name="otp"></form>`,
    'code otp by message: ',
  ],
  ['letters of a password', `<p>Enter the letters 2, 5 and 7 of your code word</p><form>${'<input name="l" maxlength="1">'.repeat(3)}</form>`, undefined],
  ['短信', '<form>短信验证码 <input name="smsCode"></form>', 'code smsCode by message: 短信验证码'],
  ['a search on a page', '<form><input name="q" placeholder="Search"></form>', undefined],
  ['the sign-in form', '<form><input name="user"><input name="pass" type="password"></form>', undefined],
  ['a question in the label', '<h1>Security question</h1><form><label>First school? <input name="a"></label></form>', 'question a: First school?'],
  ['a question above an answer', '<p>您母亲的姓名是？</p><form>密保答案 <input name="answer" type="password"></form>', 'question answer: 您母亲的姓名是？'],
  ['no question', '<h1>Security question</h1><form><label>Your answer <input name="answer"></label></form>', undefined],
  [
    'another session, two buttons',
    '<p>You are already signed in elsewhere.</p><form><button name="b" value="n">Cancel</button><button name="b" value="y">Continue</button></form>',
    'press y: Continue',
  ],
  [
    'another session, an input',
    '<p>该账号已在其他地方登录</p><form><input type="submit" value="取消"><input type="submit" value="强制登录"></form>',
    'press 强制登录: 强制登录',
  ],
  ['another session, a link', '<p>There is another active session.</p><a href="/force">Continue</a> <a href="/">Back</a>', 'press /force: Continue'],
  ['another session, two ways on', '<p>You are already logged in.</p><form><button value="1">Continue</button><button value="2">OK</button></form>', undefined],
  ['terms', '<p>Terms of use</p><form><button value="0">I do not agree</button><button value="1">I agree</button></form>', 'press 1: I agree'],
  ['a button that says nothing of agreeing', '<p>Terms of use</p><form><button>Continue</button></form>', undefined],
  ['a page for the signed-in', '<p>Orders</p><form action="/logout"><button>Log out</button></form><form><button>Delete</button></form>', undefined],
]

for (const [title, markup, expected] of table) {
  t.test(`what a page asks: ${title}`, async (t) => t.equal(await asked(t, `<!doctype html><title>x</title>${markup}`), expected))
}

t.test('settings name a page in between and what to press, by the name, id, value or label of a button or the text of a link', async (t) => {
  const goOn = (press: string) => ({ goOn: [{ text: '/tärke.ä/', press }] })
  const page = '<p>Tärkeä ilmoitus</p><form><button id="b" name="n" value="v">Selvä</button></form><a href="/on">Eteenpäin</a>'
  for (const press of ['b', 'n', 'v', 'Selvä']) t.equal(await asked(t, page, { goOn: [{ text: 'tärkeä', press }] }), `press b: ${press}`)
  t.equal(await asked(t, page, { goOn: [{ text: 'tärkeä', press: 'Eteenpäin' }] }), 'press /on: Eteenpäin')
  t.equal(await asked(t, page, goOn('Ei ole')), undefined)
  t.equal(await asked(t, page), undefined)
})
