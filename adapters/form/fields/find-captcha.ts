import type { Form, Page, PageImage } from '../../contract.ts'
import type { FormSettings } from '../settings.ts'
import { captchaImageWords, mentions } from '../words.ts'

/**
 * The captcha image that belongs to a form: the one the settings name, else by the words of its address, id, class and alt text, else -
 * where a field for an answer is there - the form's only image that a program draws.
 */
export function findCaptchaImage(page: Page, form: Form, hasField: boolean, { captchaImage }: FormSettings): PageImage | undefined {
  const images = page.images(form)
  if (captchaImage !== undefined) {
    const wanted = page.query(captchaImage).map((element) => URL.parse(element.attribute('src') ?? '', page.url.href)?.href)
    return images.find(({ src, id }) => (src !== undefined && wanted.includes(src.href)) || `#${id}` === captchaImage)
  }
  const named = images.find(({ src, alt, id, className }) => mentions(captchaImageWords, pathOf(src), alt, id, className))
  if (named !== undefined || !hasField) return named
  const drawn = images.filter(({ src }) => src === undefined || isDrawn(src))
  return drawn.length === 1 ? drawn[0] : undefined
}

/** Path and query: what a captcha's address tells. A data URL tells nothing. */
function pathOf(src: URL | undefined): string {
  return src === undefined || src.protocol === 'data:' ? '' : src.pathname + src.search
}

function isDrawn(src: URL): boolean {
  return src.protocol === 'data:' || src.search !== '' || !/\.(?:png|jpe?g|gif|svg|webp|ico|bmp)$/i.test(src.pathname)
}
