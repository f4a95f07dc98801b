import { type SignInContext, SignInFailure } from './contract.ts'

/** The site refused the answer to its captcha: another attempt begins, or `wrong-captcha` where its tries are used up. `attempt`: from 1 on. */
export function tryCaptchaAgain(context: Pick<SignInContext, 'captchaTries' | 'step' | 'nextAttempt'>, attempt: number, seen: readonly string[]): void {
  if (attempt >= context.captchaTries) throw new SignInFailure('wrong-captcha', seen)
  context.step('answer', `the site refused the captcha (${attempt} of ${context.captchaTries})`)
  context.nextAttempt()
}
