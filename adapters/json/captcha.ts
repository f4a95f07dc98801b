import { type SignInContext, SignInFailure } from '../contract.ts'
import { jsonAt } from '../read-values.ts'
import type { JsonSettings } from './settings.ts'

/** The answer to the site's captcha, and the id that goes back with it. */
export interface ReadCaptcha {
  readonly captcha: string
  readonly captchaId: string
}

/** Reads the captcha of a login API; undefined: it asks for none now. */
export async function readApiCaptcha(context: SignInContext<JsonSettings>): Promise<ReadCaptcha | undefined> {
  const { captcha } = context.settings
  if (captcha === undefined) return undefined
  let captchaId = ''
  const load = async (): Promise<Buffer | undefined> => {
    const { image, id } = await fetchCaptcha(context, captcha)
    captchaId = id
    return image
  }
  const first = await load()
  if (first === undefined) return undefined
  const { url: _, image: __, id: ___, enabled: ____, ...hints } = captcha
  const known = Object.fromEntries(Object.entries(hints).filter(([, value]) => value !== undefined))
  const { answer } = await context.readCaptcha(first, known, async () => (await load()) ?? first)
  return { captcha: answer, captchaId }
}

async function fetchCaptcha(
  { browser, site }: SignInContext<JsonSettings>,
  { url, image: at, id, enabled }: NonNullable<JsonSettings['captcha']>,
): Promise<{ image: Buffer | undefined; id: string }> {
  const address = new URL(url, site.loginUrl)
  if (at === undefined) return { image: await browser.fetchImage(address), id: '' }
  const page = await browser.open(address, { data: true })
  if (page.status >= 500) throw new SignInFailure('site-down', [`${address.pathname} answered ${page.status}`])
  if (enabled !== undefined && jsonAt(page.text, enabled) === false) return { image: undefined, id: '' }
  const text = jsonAt(page.text, at)
  if (page.status >= 400 || typeof text !== 'string')
    throw new SignInFailure('form-not-found', [`${address.pathname} answered ${page.status} without a captcha image`])
  const number = id === undefined ? '' : jsonAt(page.text, id)
  return { image: Buffer.from(text.replace(/^data:[^,]*,/, ''), 'base64'), id: typeof number === 'string' || typeof number === 'number' ? String(number) : '' }
}
