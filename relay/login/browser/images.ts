import { serializeOuter } from 'parse5'
import type { PageImage } from '../../../adapters/index.ts'
import { RelayError } from '../../errors.ts'
import type { Element, ParsedDocument } from './parse-html.ts'
import { ancestors, attribute, elements } from './walk.ts'

/** The images of a page in document order; those within the form first. */
export function imagesOf(document: ParsedDocument, base: URL, form: Element | undefined, load: (url: URL) => Promise<Buffer>): PageImage[] {
  const found: { image: PageImage; inside: boolean }[] = []
  for (const element of elements(document.root)) {
    const image = toImage(element, base, load)
    if (image === undefined) continue
    found.push({ image, inside: form !== undefined && ancestors(element).includes(form) })
  }
  return [...found.filter(({ inside }) => inside), ...found.filter(({ inside }) => !inside)].map(({ image }) => image)
}

function toImage(element: Element, base: URL, load: (url: URL) => Promise<Buffer>): PageImage | undefined {
  const described = {
    alt: attribute(element, 'alt') ?? attribute(element, 'title') ?? '',
    id: attribute(element, 'id') ?? '',
    className: attribute(element, 'class') ?? '',
  }
  if (element.tagName === 'svg') return { ...described, src: undefined, fetch: async () => Buffer.from(serializeOuter(element)) }
  const isImage = element.tagName === 'img' || (element.tagName === 'input' && attribute(element, 'type')?.toLowerCase() === 'image')
  const address = isImage ? attribute(element, 'src') : undefined
  if (address === undefined || !URL.canParse(address, base.href)) return undefined
  const src = new URL(address, base)
  if (src.protocol === 'data:') return { ...described, src, fetch: async () => fromDataUrl(src) }
  if (!/^https?:$/.test(src.protocol)) return undefined
  return { ...described, src, fetch: () => load(src) }
}

/** RFC 2397. */
function fromDataUrl({ href }: URL): Buffer {
  const match = /^data:([^,]*),(.*)$/s.exec(href)
  if (match === null) throw new RelayError('captcha_unreadable', { params: { reason: 'its data URL is cut' } })
  const [, type = '', data = ''] = match
  return /;\s*base64\s*$/i.test(type) ? Buffer.from(decodeURIComponent(data), 'base64') : Buffer.from(percentDecoded(data), 'latin1')
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
