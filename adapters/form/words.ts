/**
 * The words by which sites name the parts of a sign-in: English, German, French, Spanish, Italian, Portuguese, Russian, Chinese, Japanese.
 * Names and ids come as `user_name`, `userName`, `j_username`, `txtUser`: they are matched without separators, in lower case.
 */

export const userWords =
  /user|usr|login|logon|account|acct|email|e-?mail|mail|member|ident|uid|benutzer|kennung|anmeldename|utilisateur|identifiant|courriel|usuario|correo|utente|usu[aá]rio|логин|пользовател|имя|почт|用户|用戶|账号|帐号|賬號|帳號|账户|工号|学号|手机|邮箱|会员|yhm|yonghu|zhanghao|ユーザ|アカウント|メール|会員|ログインid/iu

export const passwordWords = /pass|pwd|passwort|kennwort|mot ?de ?passe|contrase|senha|пароль|密码|密碼|口令|パスワード/iu

export const captchaWords =
  /captcha|verif|valid|checkcode|checkma|authcode|authnum|imgcode|imagecode|piccode|randcode|randomcode|vcode|vericode|yzm|yanzheng|kaptcha|securimage|seccode|securitycode|turing|code ?(?:in|from|image)|characters|image|^code$|sicherheits|zeichen|code ?de ?s[eé]curit[eé]|caract[eè]res|c[oó]digo|codice|проверочн|картинк|код|验证码|驗證碼|校验码|附加码|識別碼|图形码|認証|画像|文字/iu

/** Words that only a captcha image carries. */
export const captchaImageWords =
  /captcha|verif|valid(?:ate|ation)?code|validate|checkcode|authcode|authimg|imgcode|imagecode|piccode|randcode|randimg|randomcode|vcode|vericode|yzm|yanzheng|securimage|seccode|securitycode|security[-_]?image|code\.(?:php|jsp|aspx?|do)|codeimg|getcode|rand\.(?:php|jsp|aspx?|do)|验证码|驗證碼|проверочн|認証/iu

export const oneTimeCodeWords =
  /one-?time|otp|totp|2fa|mfa|two-?factor|authenticator|sms|token|einmal|bestätigungscode|code ?unique|код из смс|动态口令|动态码|短信|ワンタイム|確認コード/iu

export const loginWords =
  /log-?\s?in|log-?\s?on|sign-?\s?in|signon|einloggen|anmeld|connexion|connecter|identifi|iniciar|entrar|acceder|ingresar|accedi|войти|вход|登录|登陆|登入|ログイン|サインイン|auth|sso/iu

export const signOutWords =
  /log-?\s?out|log-?\s?off|sign-?\s?out|sign-?\s?off|signoff|abmeld|ausloggen|d[eé]connexion|d[eé]connecter|cerrar\s?sesi[oó]n|salir|desconectar|esci\b|disconnetti|sair\b|выйти|выход|退出|注销|登出|安全退出|ログアウト|サインアウト/iu

export const registerWords =
  /regist|sign-?\s?up|signup|create[-_\s]?(?:an[-_\s])?account|new[-_\s]?user|join\b|konto erstellen|neu anmelden|inscri|cr[eé]er|crear|registrati|cadastr|регистр|注册|註冊|新規|会員登録/iu

export const otherFormWords =
  /search|suche|recherche|buscar|cerca\b|поиск|搜索|检索|検索|newsletter|subscribe|subscri|abonn|suscri|подпис|订阅|contact|feedback|comment|forgot|reset|recover|vergessen|oubli|olvid/iu

export const rememberWords =
  /remember|persist|keep.{0,12}(?:signed|logged)|stay.{0,12}(?:signed|logged)|angemeldet bleiben|merken|souvenir|rester connect|recordar|mantener|ricorda|lembrar|запомнить|记住|記住|自动登录|保持登录|記憶|保存する|auto_?login/iu

export const consentWords =
  /agree|accept|consent|terms|privacy|policy|zustimm|einverstanden|agb|datenschutz|accepte|acepto|accetto|aceito|соглас|同意|协议|協議|条款|隐私|規約/iu

/** Names of what a site holds against forged requests. */
export const csrfWords =
  /csrf|xsrf|forgery|authenticity|requestverification|^_?token$|formtoken|form_?key|form_?hash|nonce|sectok|viewstate|eventvalidation|^lt$|^execution$/iu

/** Of a code that comes by mail or phone. */
export const messageCodeWords =
  /\bsms\b|text message|(?:sent|emailed|texted|send) (?:a|the|you)?.{0,30}code|code.{0,40}(?:sent|e-?mailed|texted)|e-?mail(?:ed)? code|per (?:sms|e-?mail)|gesendet|envoyé|enviado|inviato|отправлен|短信|发送至|已发送|手机验证码|邮箱验证码|送信しました/iu

/** A page with a security question. */
export const questionWords =
  /(?:security|secret|challenge) questions?|sicherheitsfrage|question (?:secr[eè]te|de s[eé]curit[eé])|pregunta (?:de seguridad|secreta)|domanda (?:segreta|di sicurezza)|pergunta (?:secreta|de seguran[çc]a)|(?:секретный|контрольный) вопрос|密保|安全问题|安全提问|秘密の質問/iu

export const answerWords = /answer|antwort|r[eé]ponse|respuesta|risposta|resposta|ответ|答案|回答|答え/iu

/** A page that tells of other sessions of the same person. */
export const otherSessionWords =
  /(?:already|currently) (?:signed|logged) ?[io]n|(?:another|other|active|existing|concurrent|previous) (?:active )?(?:user )?(?:sessions?|logins?)|(?:signed|logged) in (?:on|from|at) (?:another|a different|other)|bereits angemeldet|andere (?:sitzung|anmeldung)|d[eé]j[aà] connect[eé]|ya (?:ha iniciado|tiene) .{0,20}sesi[oó]n|уже (?:выполнен вход|авторизован)|已(?:经)?(?:在.{0,20})?登[录陆]|其他(?:地方|设备|终端)|重复登[录陆]|ログイン済み|他の端末/iu

/** Words of a button that goes on. */
export const goOnWords =
  /continue|proceed|\byes\b|\bok\b|log ?(?:in|out) (?:the )?other|sign ?(?:in|out) (?:of )?(?:all |the )?other|end (?:all |the |my )?other|terminate|force|kick|take over|anyway|fortfahren|weiter|trotzdem|\bja\b|beenden|continuer|\boui\b|continuar|\bs[ií]\b|continua|продолжить|\bда\b|继续|确定|确认|是$|强制|踢|続行|はい/iu

/** Words of a button by which the person agrees to what the page says. */
export const agreeWords =
  /\bi ?agree|\bagree\b|\baccept\b|acknowledge|i understand|got it|zustimmen|einverstanden|akzeptieren|verstanden|j.accepte|accepter|acepto|aceptar|accetto|aceito|согласен|принимаю|同意|我已阅读|知道了|同意する/iu

export const cancelWords =
  /cancel|\bno\b|\bback\b|abort|decline|disagree|do ?n.t|\bnot\b|reject|abbrechen|nein|zur[uü]ck|ablehnen|annuler|\bnon\b|refuser|cancelar|annulla|отмена|\bнет\b|不同意|取消|否$|返回|キャンセル|いいえ/iu

/** A word in an identifier: separators aside. */
export function mentions(pattern: RegExp, ...texts: readonly string[]): boolean {
  return texts.some((text) => text !== '' && (pattern.test(text) || pattern.test(text.replace(/[-_.:[\]$ ]+/g, ''))))
}
