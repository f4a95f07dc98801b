import t from 'tap'
import { type Meaning, meaningOf } from '../../adapters/form/messages/messages.ts'
import { processorTime } from '../processor-time.ts'

const cases: Readonly<Record<Meaning, readonly string[]>> = {
  'password-wrong': [
    'The user name or the password is not correct.',
    'Invalid credentials',
    'Wrong password. Try again.',
    "We couldn't find an account with that email address.",
    'Login failed',
    'Authentication failed.',
    'Bad credentials',
    'Benutzername oder Passwort falsch.',
    'Die Zugangsdaten sind ungültig.',
    'Anmeldung fehlgeschlagen',
    'Identifiant ou mot de passe incorrect.',
    'Usuario o contraseña incorrectos',
    'Credenziali non valide',
    'Usuário ou senha inválidos',
    'Неверный логин или пароль',
    '用户名或密码错误',
    '帳號或密碼錯誤',
    '密码不正确，请重新输入',
    '登录失败',
    'ユーザー名またはパスワードが正しくありません。',
  ],
  'captcha-wrong': [
    'The characters do not match the image.',
    'Invalid captcha',
    'The verification code is incorrect.',
    'Wrong security code, please try again.',
    'Login failed. Invalid captcha.',
    'Die eingegebenen Zeichen sind nicht korrekt.',
    'Der Sicherheitscode ist falsch.',
    'Le code de sécurité est incorrect',
    'El código de verificación no es válido',
    'Неверный код с картинки',
    '验证码错误',
    '驗證碼錯誤',
    '校验码不正确！',
    '请输入正确的验证码',
    '验证码已过期，请重新输入',
    '验证码错误，请重新输入密码',
    '画像認証に失敗しました。認証コードが違います',
  ],
  'either-wrong': [
    'User name, password or captcha is wrong.',
    'Invalid login or captcha',
    'Incorrect password or security code',
    '用户名、密码或验证码错误',
    'Benutzername, Passwort oder Sicherheitscode falsch',
    'Invalid captcha or password',
  ],
  blocked: [
    'Your account has been locked due to too many failed attempts.',
    'Too many login attempts. Try again in 15 minutes.',
    'Ihr Konto wurde gesperrt',
    'Votre compte est bloqué',
    'Учетная запись заблокирована',
    '账号已被锁定，请30分钟后再试',
    '密码错误次数过多，账户已冻结',
    'アカウントがロックされました',
  ],
  'form-stale': ['This form has expired. Please try again.', 'Invalid CSRF token', 'Sitzung abgelaufen', '会话已过期'],
  'password-expired': ['Your password has expired.', 'You must change your password', 'Ihr Passwort ist abgelaufen', '密码已过期，请修改'],
}

t.test('messages of sites are told apart in nine languages', async (t) => {
  for (const [meaning, messages] of Object.entries(cases)) for (const message of messages) t.equal(meaningOf(message), meaning, message)
})

t.test('law 3: no message that speaks of the password too is taken for the captcha alone', async (t) => {
  const passwords = ['wrong password', 'the user name is not known', 'invalid credentials', '密码错误', '用户名不存在', 'Passwort falsch']
  const captchas = ['captcha', 'the verification code', '验证码', 'Sicherheitscode', 'the characters in the image']
  for (const password of passwords) {
    for (const captcha of captchas) {
      for (const message of [
        `${password} or ${captcha} is wrong`,
        `${captcha} or ${password}`,
        `${password}, ${captcha} invalid`,
        `${captcha} incorrect, ${password}`,
      ]) {
        t.not(meaningOf(message), 'captcha-wrong', message)
      }
    }
  }
})

t.test('words of business are no refusal', async (t) => {
  for (const text of [
    'Welcome back, Ann',
    'Orders',
    '订单管理',
    'Forgot your password?',
    'Password',
    'Signed in as ann',
    'Order 10248 was shipped',
    '欢迎您，张伟',
    'Captcha',
    '验证码',
  ]) {
    t.equal(meaningOf(text), undefined, text)
  }
})

t.test('a long text is read in little time', async (t) => {
  const began = processorTime()
  for (const text of ['wrong password captcha '.repeat(2000), '密'.repeat(20_000), 'a'.repeat(20_000), 'not '.repeat(5000), 'userstimm'.repeat(2222)])
    meaningOf(text)
  t.ok(processorTime() - began < 1000)
})
