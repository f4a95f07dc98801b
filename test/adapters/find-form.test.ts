import t from 'tap'
import { behaviouralChallenge } from '../../adapters/form/answers/challenge-markup.ts'
import { findSignInForm } from '../../adapters/form/fields/find-form.ts'
import { type FormSettings, formSettings } from '../../adapters/form/settings.ts'
import { processorTime } from '../processor-time.ts'
import { openPage } from './open-page.ts'

interface Case {
  readonly markup: string
  readonly settings?: Partial<FormSettings>
  /** User name, password and captcha field; undefined: no form at all. */
  readonly fields: readonly [user: string | undefined, password: string | undefined, captcha?: string] | undefined
  /** Part of the captcha image's address or id. */
  readonly image?: string
  readonly form?: string
}

const cases: Readonly<Record<string, Case>> = {
  "traps for the browser's own filling in": {
    markup: `<form action="/login" method="post"><input style="display:none" type="text" name="fakeusernameremembered"><input style="display:none" type="password" name="fakepasswordremembered">
Name <input name="a"> Password <input type="password" name="b"><button>Sign in</button></form>`,
    fields: ['a', 'b'],
  },
  'a trap for programs beside fields that are not named': {
    markup: `<form action="/login"><div style="visibility: hidden"><input name="honeypot_user"></div><input name="k"> <input type="password" name="p"></form>`,
    fields: ['k', 'p'],
  },
  'a name field that is swapped with what is seen': {
    markup: `<form action="/login"><input name="company"><input name="username" style="display:none"><input type="password" name="p"></form>`,
    fields: ['username', 'p'],
  },
  'a form that a script shows': {
    markup: `<form action="/login"><div class="sms">Phone <input name="phone"></div><div hidden>Name <input name="username"> <input type="password" name="p"></div></form>`,
    fields: ['username', 'p'],
  },
  'a captcha that a script shows': {
    markup: `<form action="/login"><input name="username"><input type="password" name="p"><div style="display: none">Captcha <input name="c"><img src="/captcha.png"></div></form>`,
    fields: ['username', 'p', 'c'],
    image: 'captcha.png',
  },
  'a blog with a remember box and a redirect': {
    markup: `<form name="loginform" id="loginform" action="/wp-login.php" method="post"><p><label for="user_login">Username or Email Address</label>
<input type="text" name="log" id="user_login" autocomplete="username"></p><p><label for="user_pass">Password</label><input type="password" name="pwd" id="user_pass" autocomplete="current-password"></p>
<p><input name="rememberme" type="checkbox" value="forever"> <label>Remember Me</label></p><input type="submit" name="wp-submit" value="Log In"><input type="hidden" name="redirect_to" value="/wp-admin/"></form>`,
    fields: ['log', 'pwd'],
  },
  'server pages with view state and long names': {
    markup: `<form method="post" action="./Login.aspx" id="form1"><input type="hidden" name="__VIEWSTATE" value="abc"><table><tr><td>Benutzer:</td><td><input name="ctl00$Main$txtUser" type="text"></td></tr>
<tr><td>Kennwort:</td><td><input name="ctl00$Main$txtPwd" type="password"></td></tr></table><input type="submit" name="ctl00$Main$btnLogin" value="Anmelden"></form>`,
    fields: ['ctl00$Main$txtUser', 'ctl00$Main$txtPwd'],
  },
  'Java security names': {
    markup: `<form action="j_security_check" method="post"><input name="j_username"><input type="password" name="j_password"><input type="submit"></form>`,
    fields: ['j_username', 'j_password'],
  },
  'a Chinese system with a captcha in a table': {
    markup: `<form action="/dologin.do" method="post"><table><tr><td>用户名：</td><td><input name="a1"></td></tr><tr><td>密　码：</td><td><input type="password" name="a2"></td></tr>
<tr><td>验证码：</td><td><input name="a3" maxlength="4"><img src="/servlet/ImageServlet?t=1" onclick="this.src=this.src"></td></tr></table><input type="submit" value="登录"></form>`,
    fields: ['a1', 'a2', 'a3'],
    image: 'ImageServlet',
  },
  'a captcha told by its image alone, whose field is called x': {
    markup: `<img src="/logo.png"><form method="post"><input name="user"><input type="password" name="pass"><img src="/kaptcha.jpg"><img src="/captcha.php"><input name="x"><button>OK</button></form>`,
    fields: ['user', 'pass', 'x'],
    image: 'captcha.php',
  },
  'a captcha before the password': {
    markup: `<form method="post"><input name="verifyCode" placeholder="Verification code"><img id="codeImg" src="/img"><input name="account" placeholder="Account"><input type="password" name="p"></form>`,
    fields: ['account', 'p', 'verifyCode'],
    image: '/img',
  },
  'a captcha outside the form element': {
    markup: `<img class="captcha" src="data:image/png;base64,iVBORw0KGgo="><form method="post"><input name="login"><input type="password" name="p"><input name="captcha"></form>`,
    fields: ['login', 'p', 'captcha'],
    image: 'data:',
  },
  Japanese: {
    markup: `<form method="post"><dl><dt>ログインID</dt><dd><input name="f1"></dd><dt>パスワード</dt><dd><input type="password" name="f2"></dd></dl><input type="submit" value="ログイン"></form>`,
    fields: ['f1', 'f2'],
  },
  'Russian with a captcha': {
    markup: `<form method="post"><label>Логин <input name="l"></label><label>Пароль <input type="password" name="p"></label><label>Код с картинки <input name="k"></label><img src="/pic.php"></form>`,
    fields: ['l', 'p', 'k'],
    image: 'pic.php',
  },
  French: {
    markup: `<form method="post"><label for="a">Identifiant</label><input id="a" name="a"><label for="b">Mot de passe</label><input id="b" type="password" name="b"><button>Se connecter</button></form>`,
    fields: ['a', 'b'],
  },
  'registration above the sign-in': {
    markup: `<form id="register" action="/register" method="post"><input name="email"><input type="password" name="password"><input type="password" name="password2"></form>
<form id="signin" action="/session" method="post"><input name="email"><input type="password" name="password"><button>Sign in</button></form>`,
    fields: ['email', 'password'],
    form: 'signin',
  },
  'registration that asks for one password': {
    markup: `<form id="signup" action="/users" method="post"><input name="name"><input name="email"><input type="password" name="password" autocomplete="new-password"><button>Create account</button></form>
<form action="/sessions" method="post" id="in"><input name="email"><input type="password" name="password"><button>Log in</button></form>`,
    fields: ['email', 'password'],
    form: 'in',
  },
  'a search box first': {
    markup: `<form action="/search"><input name="q" type="search"></form><form id="l" method="post"><input type="email" name="mail"><input type="password" name="secret"></form>`,
    fields: ['mail', 'secret'],
    form: 'l',
  },
  'a device that asks for the password only': {
    markup: `<form method="post" action="/login.cgi"><input type="password" name="admin_pw"><input type="submit" value="Login"></form>`,
    fields: [undefined, 'admin_pw'],
  },
  'fields that belong to the form by its id': {
    markup: `<form id="f" method="post"></form><input form="f" name="user"><input form="f" type="password" name="pw"><button form="f">Go</button>`,
    fields: ['user', 'pw'],
  },
  'a company beside the user name': {
    markup: `<form method="post"><label>Company <input name="company"></label><label>User <input name="user"></label><input type="password" name="pw"></form>`,
    fields: ['user', 'pw'],
  },
  'nameless words: the line above the password is the user name': {
    markup: `<form method="post"><input name="f0"><input name="f1"><input type="password" name="f2"><input name="f3"></form>`,
    fields: ['f1', 'f2'],
  },
  'the user name alone, the password on the next page': {
    markup: `<form action="/newsletter" method="post"><input type="email" name="subscribe_email" placeholder="Newsletter"></form>
<form action="/identify" method="post"><input name="identifier" autocomplete="username"><button>Next</button></form>`,
    fields: ['identifier', undefined],
  },
  'two steps with a decoy password field, by the settings': {
    markup: `<form method="post" action="/step1"><input name="loginfmt" type="email"><input name="passwd" type="password"><button>Next</button></form>`,
    settings: { steps: 'two' },
    fields: ['loginfmt', undefined],
  },
  'odd names, by the settings': {
    markup: `<form method="post"><input name="x1"><input name="x2"><input name="x3" type="text"><input name="x4"><img src="/i/1" class="pic"></form>`,
    settings: { fields: { user: 'x1', password: 'x3', captcha: 'x4' }, captchaImage: '.pic' },
    fields: ['x1', 'x3', 'x4'],
    image: '/i/1',
  },
  'a disabled password field does not count': {
    markup: '<form method="post"><input name="q1"><input type="password" name="p" disabled></form>',
    fields: undefined,
  },
  'changing a password is no sign-in': {
    markup: '<form method="post"><input type="password" name="old"><input type="password" name="new"><input type="password" name="new2"></form>',
    fields: undefined,
  },
  'a search box alone is none': { markup: '<form action="/search"><input name="q" placeholder="Search"></form>', fields: undefined },
  'a newsletter alone is none': {
    markup: '<form action="/newsletter" method="post"><input type="email" name="email"><button>Subscribe</button></form>',
    fields: undefined,
  },
  'a page without forms is none': { markup: '<p>Hello</p>', fields: undefined },
}

for (const [title, { markup, settings = {}, fields, image, form }] of Object.entries(cases)) {
  t.test(`the sign-in form is found: ${title}`, async (t) => {
    const page = await openPage(t, markup)
    const found = findSignInForm(page, formSettings.parse(settings))
    if (fields === undefined) {
      t.equal(found, undefined)
      return
    }
    t.same([found?.user, found?.password, found?.captcha], [fields[0], fields[1], fields[2]])
    if (image === undefined) t.equal(found?.image, undefined)
    else t.match(`${found?.image?.src?.href} ${found?.image?.id}`, image)
    if (form !== undefined) t.equal(found?.form.id, form)
  })
}

t.test('a page of ten thousand fields is searched within a second', async (t) => {
  const inputs = Array.from({ length: 10_000 }, (_, index) => `<label for="i${index}">Field ${index}</label><input id="i${index}" name="n${index}">`)
  const page = await openPage(t, `<form method="post">${inputs.join('')}<input type="password" name="p"></form>`)
  const began = processorTime()
  t.equal(findSignInForm(page, formSettings.parse({}))?.password, 'p')
  t.ok(processorTime() - began < 1000, `${processorTime() - began} ms`)
})

t.test('an address made to be slow to read, and the direction of fields deep in a page, take little time', async (t) => {
  const fields = Array.from({ length: 5000 }, (_, index) => `<input name="n${index}" dirname="d${index}">`).join('')
  const page = await openPage(
    t,
    `<iframe src="${'qcloud.com/'.repeat(20_000)}"></iframe>${'<div>'.repeat(900)}<form method="post">${fields}<button>Go</button>`,
  )
  const began = processorTime()
  t.equal(behaviouralChallenge(page), undefined)
  await page.forms[0]?.submit()
  t.ok(processorTime() - began < 1500, `${processorTime() - began} ms`)
})
