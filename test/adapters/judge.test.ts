import t from 'tap'
import type { Form } from '../../adapters/contract.ts'
import type { AnswerFacts } from '../../adapters/form/answers/answer.ts'
import { judge } from '../../adapters/form/answers/judge.ts'
import type { Asked } from '../../adapters/form/asked/asked.ts'
import type { Meaning } from '../../adapters/form/messages/messages.ts'

/** A page for the signed-in, without any sign of trouble. */
const signedIn: AnswerFacts = {
  status: 200,
  isElsewhere: true,
  path: '/home',
  title: 'Home',
  hasSignInForm: false,
  signOut: 'Sign out',
  linksToLogin: false,
  cookies: [{ name: 'sid', change: 'set' }],
  messages: [],
  looseMeaning: undefined,
  markers: {},
  hasSuccessMarker: false,
  challenge: undefined,
  between: undefined,
  asked: undefined,
  sentCaptcha: true,
}
const form = {} as Form
const asked: Asked = { kind: 'code', form, field: 'otp', words: 'Code', isSent: false }
const goOn: Asked = { kind: 'go-on', press: { form, button: undefined }, words: 'Continue' }
const signs = { success: 'the path /enter', denied: undefined }
/** The form came back. */
const refused: AnswerFacts = { ...signedIn, isElsewhere: false, path: '/login', title: 'Login', hasSignInForm: true, signOut: undefined, cookies: [] }

function says(meaning: Meaning, text = 'a message'): Pick<AnswerFacts, 'messages'> {
  return { messages: [{ meaning, text }] }
}

const table: readonly (readonly [title: string, facts: Partial<AnswerFacts>, base: AnswerFacts, verdict: string])[] = [
  ['a way to sign out', {}, signedIn, 'signed-in'],
  ['a cookie and another page, without a way to sign out', { signOut: undefined }, signedIn, 'signed-in'],
  ['words of refusal in a business page', says('password-wrong'), signedIn, 'signed-in'],
  ['a page about locked accounts', says('blocked'), signedIn, 'signed-in'],
  ['no cookie, same address, no form: unsure', { signOut: undefined, cookies: [], isElsewhere: false }, signedIn, 'signed-in?'],
  ['a link back to the login: unsure', { signOut: undefined, linksToLogin: true }, signedIn, 'signed-in?'],
  ['an error page by its address', { signOut: undefined, path: '/login/error' }, signedIn, 'wrong-password'],
  ['the form and a way to sign out, elsewhere, with a cookie', { hasSignInForm: true }, signedIn, 'signed-in'],
  ['the form and a word of signing out, in place', { signOut: 'Log out' }, refused, 'wrong-password'],

  ['503 though there is a way to sign out', { status: 503 }, signedIn, 'site-down'],
  ['500', { status: 500 }, refused, 'site-down'],
  ['429', { status: 429 }, refused, 'blocked'],
  ['401', { status: 401 }, refused, 'wrong-password'],
  ['403', { status: 403 }, refused, 'blocked'],
  ['404', { status: 404, hasSignInForm: false }, refused, 'unknown'],

  ['a message about the password', says('password-wrong'), refused, 'wrong-password'],
  ['a message about the captcha', says('captcha-wrong'), refused, 'captcha-refused'],
  ['a message about the captcha, with 403', { ...says('captcha-wrong'), status: 403 }, refused, 'captcha-refused'],
  ['a message about the captcha, but none was sent', { ...says('captcha-wrong'), sentCaptcha: false }, refused, 'challenge'],
  ['a message about either', says('either-wrong'), refused, 'wrong-password'],
  [
    'one message about the captcha, another about the password',
    { messages: [...says('captcha-wrong').messages, ...says('password-wrong').messages] },
    refused,
    'wrong-password',
  ],
  ['captcha and a lock', { messages: [...says('captcha-wrong').messages, ...says('blocked').messages] }, refused, 'blocked'],
  ['text run together that speaks of the captcha proves nothing', { looseMeaning: 'captcha-wrong' }, refused, 'wrong-password'],
  ['text run together that speaks of a lock', { looseMeaning: 'blocked' }, refused, 'blocked'],
  ['a stale form', says('form-stale'), refused, 'unknown'],
  ['a new password is wanted', says('password-expired'), refused, 'challenge'],
  ['the form again without a word, with a captcha in it', {}, refused, 'wrong-password'],
  ['the form again without a word, without a captcha', { sentCaptcha: false }, refused, 'wrong-password'],

  ['a behavioural challenge', { challenge: 'reCAPTCHA', hasSignInForm: false }, refused, 'challenge'],
  ['a field for a code', { asked, hasSignInForm: false }, refused, 'asks'],
  ['a page of buttons alone: unsure', { signOut: undefined, between: '"Continue"' }, signedIn, 'signed-in?'],
  ['a page in between that speaks of a lock', { ...says('blocked'), asked: goOn }, signedIn, 'asks'],
  ['a page in between after a server error', { status: 500, asked: goOn }, signedIn, 'site-down'],

  ['the marker for blocked', { markers: { blocked: 'x', success: 'y' } }, signedIn, 'blocked'],
  ['the marker for failure', { markers: { failure: 'x', success: 'y' } }, signedIn, 'wrong-password'],
  ['the marker for the captcha', { markers: { captchaWrong: 'x' } }, refused, 'captcha-refused'],
  ['the marker for the captcha, but none was sent', { markers: { captchaWrong: 'x' }, sentCaptcha: false }, refused, 'wrong-password'],
  ['the marker for success', { markers: { success: 'x' }, hasSuccessMarker: true }, refused, 'signed-in'],
  ['a sign of success beside words of refusal in a business page', { signs, ...says('password-wrong') }, signedIn, 'signed-in'],
  ['a sign of success beside a refusal with the form', { signs, ...says('password-wrong') }, refused, 'wrong-password'],
  ['a sign of success beside a refused captcha with the form', { signs, ...says('captcha-wrong'), sentCaptcha: true }, refused, 'captcha-refused'],
  ['a sign of success and 401', { signs, status: 401 }, refused, 'wrong-password'],
  ['no marker for success where one is named', { hasSuccessMarker: true }, signedIn, 'unknown'],
]

for (const [title, facts, base, expected] of table) {
  t.test(`an answer is judged ${expected}: ${title}`, async (t) => {
    const verdict = judge({ ...base, ...facts })
    const short = verdict.is === 'failed' ? verdict.kind : verdict.is === 'signed-in' && !verdict.isSure ? 'signed-in?' : verdict.is
    t.equal(short, expected)
    if (verdict.is === 'failed' || verdict.is === 'captcha-refused') t.ok(verdict.seen.length > 0, 'it says by what')
    if (verdict.is === 'signed-in') t.ok(verdict.evidence.length > 0, 'it says by what')
  })
}

t.test('law 3: of all combinations of facts, only one that speaks of the captcha alone lets the password out again', async (t) => {
  const meanings = ['password-wrong', 'captcha-wrong', 'either-wrong', 'blocked', 'form-stale', 'password-expired'] as const
  for (let set = 0; set < 1 << meanings.length; set++) {
    const said = meanings.filter((_, index) => set & (1 << index))
    for (const looseMeaning of [undefined, ...meanings]) {
      for (const [status, sentCaptcha, hasSignInForm] of [
        [200, true, true],
        [200, true, false],
        [401, true, true],
        [200, false, true],
      ] as const) {
        const verdict = judge({ ...refused, status, sentCaptcha, hasSignInForm, looseMeaning, messages: said.map((meaning) => ({ meaning, text: meaning })) })
        if (verdict.is !== 'captcha-refused') continue
        t.ok(sentCaptcha && said.includes('captcha-wrong'))
        t.notOk(
          said.some((meaning) => ['password-wrong', 'either-wrong', 'blocked', 'password-expired'].includes(meaning)),
          said.join(),
        )
      }
    }
  }
})
