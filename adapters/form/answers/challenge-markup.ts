import type { Page } from '../../contract.ts'

const bySource: readonly (readonly [source: RegExp, name: string])[] = [
  [/(?:google|recaptcha)\.(?:com|net)\/recaptcha\//i, 'reCAPTCHA'],
  [/hcaptcha\.com\//i, 'hCaptcha'],
  [/challenges\.cloudflare\.com\/turnstile/i, 'Turnstile'],
  [/cdn-cgi\/challenge-platform/i, 'a Cloudflare challenge'],
  [/geetest\.com|\/gt\d?\.js/i, 'GeeTest'],
  [/alicdn\.com\/(?:sd|AWSC|captcha-frontend)\//i, 'an Aliyun slider'],
  [/(?:captcha\.qq\.com|qcloud\.com)\/.{0,300}?captcha/i, 'a Tencent slider'],
  [/dun\.163\.com|cstaticdun\.126\.net/i, 'a NetEase slider'],
  [/vaptcha\.com/i, 'VAPTCHA'],
  [/\/tac(?:\.min)?\.js|tianai-captcha/i, 'a picture puzzle'],
  [/smartcaptcha\.(?:yandexcloud\.net|cloud\.yandex\.ru)|captcha-api\.yandex\.ru/i, 'SmartCaptcha'],
  [/awswaf\.com/i, 'an AWS challenge'],
  [/arkoselabs\.com|funcaptcha\.com/i, 'Arkose Labs'],
  [/captcha-delivery\.com|px-cloud\.net|perimeterx\.net/i, 'a bot check'],
]

const byClass: readonly (readonly [selector: string, name: string])[] = [
  ['.g-recaptcha', 'reCAPTCHA'],
  ['.h-captcha', 'hCaptcha'],
  ['.cf-turnstile', 'Turnstile'],
  ['#challenge-stage', 'a Cloudflare challenge'],
  ['#cf-challenge-running', 'a Cloudflare challenge'],
  ['.geetest_holder', 'GeeTest'],
  ['.nc-container', 'an Aliyun slider'],
  ['.slidercaptcha', 'a slider'],
  ['.slider-captcha', 'a slider'],
  ['.slide-verify', 'a slider'],
  ['.verify-slider', 'a slider'],
  ['.tcaptcha', 'a Tencent slider'],
  ['#TencentCaptcha', 'a Tencent slider'],
  ['.yidun', 'a NetEase slider'],
  ['.vaptcha-container', 'VAPTCHA'],
  ['.smart-captcha', 'SmartCaptcha'],
  // AJ-Captcha: a piece to push into its place, or characters to click in the order that is told.
  ['.verify-img-panel', 'a picture puzzle'],
  ['.verify-bar-area', 'a picture puzzle'],
  ['.tianai-captcha', 'a picture puzzle'],
  ['.go-captcha', 'a picture puzzle'],
]

/**
 * The challenge on a page that looks at how a person behaves; undefined: none known. Law 8: it is named and left to the person,
 * never evaded.
 */
export function behaviouralChallenge(page: Page): string | undefined {
  for (const tag of ['script', 'iframe']) {
    for (const element of page.query(tag)) {
      const source = element.attribute('src') ?? ''
      const found = bySource.find(([pattern]) => pattern.test(source))
      if (found !== undefined) return found[1]
    }
  }
  return byClass.find(([selector]) => page.query(selector).length > 0)?.[1]
}
