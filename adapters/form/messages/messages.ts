import { accountNouns, again, anyOf, blockedPhrases, captchaNouns, failures, newPasswordPhrases, passwordNouns, stalePhrases, wrong } from './message-words.ts'

/** What one message of a site says. */
export type Meaning =
  /** The captcha answer was not right, or too old. */
  | 'captcha-wrong'
  /** The user name or password was not right. */
  | 'password-wrong'
  /** Which of them was wrong stays open: "user name, password or code". */
  | 'either-wrong'
  /** Locked, throttled, banned. */
  | 'blocked'
  /** The form was too old or came from elsewhere. */
  | 'form-stale'
  /** The site wants a new password before anything else. */
  | 'password-expired'

const captchaMentioned = pattern(anyOf(captchaNouns), 'giu')
const captchaWrong = near(anyOf(captchaNouns), anyOf(wrong))
const passwordMentioned = pattern(anyOf(passwordNouns))
const passwordWrong = near(anyOf(passwordNouns, accountNouns), anyOf(wrong))
const askedAgain = pattern(`${anyOf(again)}[^.!?。！？]{0,30}`, 'giu')
const failure = pattern(anyOf(failures), 'giu')
const blocked = pattern(anyOf(blockedPhrases))
const formStale = pattern(anyOf(stalePhrases))
const passwordExpired = pattern(anyOf(newPasswordPhrases))

/**
 * A message's meaning, by its words; undefined: none that is known. `captcha-wrong` only where the message speaks of the captcha alone:
 * on its account a password is sent again (law 3).
 */
export function meaningOf(message: string): Meaning | undefined {
  if (passwordExpired.test(message)) return 'password-expired'
  if (blocked.test(message)) return 'blocked'
  const specific = message.replace(failure, ' ').replace(askedAgain, ' ')
  const besideCaptcha = specific.replace(captchaMentioned, ' ')
  if (captchaWrong.test(specific)) return passwordWrong.test(besideCaptcha) || passwordMentioned.test(besideCaptcha) ? 'either-wrong' : 'captcha-wrong'
  if (passwordWrong.test(specific)) return besideCaptcha === specific ? 'password-wrong' : 'either-wrong'
  if (formStale.test(message)) return 'form-stale'
  return message.replace(failure, '') === message ? undefined : 'password-wrong'
}

function pattern(source: string, flags = 'iu'): RegExp {
  return new RegExp(source, flags)
}

/** Two words of one sentence, in either order. */
function near(first: string, second: string): RegExp {
  return pattern(`${first}[^.!?。！？]{0,60}?${second}|${second}[^.!?。！？]{0,40}?${first}`)
}
