/** Words of the messages after a refused sign-in, as parts of regular expressions, a row a language. */
type Words = readonly (readonly string[])[]

export const captchaNouns: Words = [
  ['captcha', '(?:verification|security|validation|image) code', 'security check', 'code (?:in|from) the image', 'text (?:in|from) the image'],
  ['(?:characters|letters|digits|numbers|code) (?:you (?:typed|entered)|in|from|of|shown|do|don)'],
  ['sicherheitscode', 'sicherheitsabfrage', 'bildcode', 'pr[üu]fcode', 'zeichen'],
  ['code de (?:s[ée]curit[ée]|v[ée]rification)', 'caract[èe]res de l'],
  ['c[óo]digo de (?:seguridad|verificaci[óo]n|verifica[çc][ãa]o|seguran[çc]a)', 'codice di (?:sicurezza|verifica)'],
  ['код с (?:картинки|изображения)', 'проверочный код', 'капч', 'символы'],
  ['验证码', '驗證碼', '校验码', '附加码', '識別碼', '图形码'],
  ['認証コード', '画像認証', '画像の文字', '認証文字'],
]

/** Nouns that speak of the password or who it belongs to. */
export const passwordNouns: Words = [
  ['pass ?word', 'passcode', 'pass ?phrase', 'credential', 'user ?name', 'user ?id'],
  ['passwort', 'kennwort', 'benutzername', 'zugangsdaten', 'anmeldedaten'],
  ['mot de passe', 'identifiants', 'nom d.utilisateur'],
  ['contrase[ñn]a', 'credenciales', 'credenziali', 'nome utente', 'senha'],
  ['парол', 'имя пользователя'],
  ['密码', '密碼', '用户名', '用戶名', '口令'],
  ['パスワード', 'ユーザー名'],
]

/** Nouns that mean an account only together with a word of refusal. */
export const accountNouns: Words = [
  ['log-?in', 'e-?mail address', 'account', 'user'],
  ['kennung', 'benutzer', 'konto'],
  ['identifiant', 'utilisateur', 'compte'],
  ['usuario', 'cuenta', 'utente', 'usu[áa]rio', 'conta'],
  ['логин', 'учетн', 'учётн'],
  ['账号', '帐号', '帳號', '账户', '用户'],
  ['ユーザー', 'ユーザID', 'アカウント', 'ログインID'],
]

export const wrong: Words = [
  ['wrong', 'incorrect', 'invalid', 'mismatch', 'failed', 'error', 'unknown', 'expired', 'correct (?:code|characters|captcha)'],
  [
    'not (?:correct|valid|match|found|recogni[sz]ed|accepted|known|right)',
    '(?:do|did|does)(?:n.t| not) (?:match|exist|fit)',
    'could(?:n.t| not) (?:find|verify|be verified)',
  ],
  ['falsch', 'ung[üu]ltig', 'nicht (?:korrekt|richtig|g[üu]ltig|[üu]berein|gefunden|bekannt)', 'stimm\\w{0,20} nicht', 'fehlerhaft'],
  ['incorrecte?s?', 'invalides?', 'erron[ée]e?s?', 'ne correspond', 'inconnue?'],
  [
    'incorrect[oa]s?',
    'inv[áa]lid[oa]s?',
    'no (?:es|son) (?:correct|v[áa]lid)',
    'no coincide',
    'no existe',
    'errat[oa]',
    'non (?:corrett|valid)',
    'incorret[oa]s?',
  ],
  ['неверн', 'неправильн', 'не совпада', 'не найден', 'ошибочн'],
  ['错误', '錯誤', '不正确', '不正確', '有误', '有誤', '不对', '不對', '无效', '無效', '不匹配', '不存在', '失败', '失效', '过期', '正确的', '正確的'],
  ['違い', '正しくありません', '間違', '一致しません', '誤り', '無効'],
]

/** A request to type something again: it names the password without saying that it was wrong. */
export const again: Words = [
  ['re-?enter', 're-?type', 'again enter'],
  ['erneut eingeben', 'saisissez (?:à|de) nouveau', 'vuelva a introducir'],
  ['重新输入', '重新填写', '重新輸入', '再次输入', '再输入', '再入力'],
]

/** It failed, for whatever reason. */
export const failures: Words = [
  [
    '(?:log-?\\s?in|sign-?\\s?in|log-?\\s?on|authenti\\w+)(?: attempt)?(?: has| is| was)? ?(?:failed|failure|error|denied|unsuccessful)',
    'access denied',
    'bad credentials',
  ],
  ['anmeldung (?:ist )?fehlgeschlagen', 'zugriff verweigert'],
  [
    '(?:connexion|identification|authentification) (?:a )?(?:refus[ée]e|[ée]chou[ée])',
    '[ée]chec de (?:la )?connexion',
    'acceso denegado',
    'accesso (?:fallito|negato)',
    'falha no login',
  ],
  ['ошибка (?:входа|авторизации)', 'вход не выполнен'],
  ['登录失败', '登錄失敗', '登入失敗', '登陆失败', 'ログインに失敗', 'ログインできません'],
]

export const blockedPhrases: Words = [
  ['(?:account|user|access|login|ip|address)[^.!?]{0,40}(?:locked|blocked|disabled|suspended|banned|deactivated|inactive)'],
  [
    '(?:locked|blocked|suspended|banned)[^.!?]{0,30}(?:account|out|user|access)',
    'too many',
    'try again (?:later|in \\d+)',
    'temporarily (?:locked|blocked|unavailable)',
  ],
  ['gesperrt', 'zu viele', 'sp[äa]ter erneut'],
  ['bloqu[ée]', 'verrouill', 'trop de tentatives'],
  ['demasiados', 'bloquead[oa]', 'suspendid[oa]', 'troppi tentativi', 'bloccat[oa]', 'muitas tentativas'],
  ['заблокирован', 'слишком много', 'попробуйте позже'],
  ['锁定', '鎖定', '冻结', '凍結', '禁用', '停用', '封禁', '次数过多', '次数超', '过于频繁', '稍后再试', '請稍後'],
  ['ロックされ', '利用停止', '回数を超え', 'しばらく'],
]

export const stalePhrases: Words = [
  [
    '(?:csrf|token|form|session|page)[^.!?]{0,30}(?:expired|invalid|mismatch|stale|timed? ?out|missing)',
    '(?:invalid|expired|missing) (?:csrf|token|form|session)',
  ],
  ['(?:formular|sitzung)[^.!?]{0,20}abgelaufen', 'session (?:a )?expir', 'sesi[óo]n (?:ha )?(?:expir|caduc)', 'сессия истекла'],
  ['页面已过期', '会话(?:已)?(?:过期|超时|失效)', 'セッション.{0,10}(?:切れ|無効|タイムアウト)'],
]

export const newPasswordPhrases: Words = [
  ['(?:change|renew|update|reset) your password (?:now|before|to continue)', 'password (?:has )?expired', 'must change'],
  ['passwort (?:ist )?abgelaufen', 'passwort [äa]ndern', 'mot de passe (?:a )?expir', 'contrase[ñn]a (?:ha )?(?:expir|caduc)', 'срок действия пароля'],
  ['密码(?:已)?过期', '修改初始密码', 'パスワードの有効期限'],
]

/** Any of the words, as part of a regular expression. */
export function anyOf(...lists: readonly Words[]): string {
  return `(?:${lists.flat(2).join('|')})`
}
