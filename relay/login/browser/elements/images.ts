import type { PageImage } from '../../../../adapters/index.ts'
import { parseAddress } from '../html/parse-address.ts'
import type { Element, ParsedDocument } from '../html/parse-html.ts'
import { attribute, elements } from '../html/walk.ts'
import { indexFor } from './document-index.ts'
import { isWholeSvg, svgAsXml } from './svg-as-xml.ts'

export interface ImagePlace {
  readonly document: ParsedDocument
  readonly base: URL
  readonly encoding: string
  load(url: URL): Promise<Buffer>
}

/** The images of a page in document order; those within the form first. */
export function imagesOf(place: ImagePlace, form: Element | undefined): PageImage[] {
  const inside: PageImage[] = []
  const outside: PageImage[] = []
  for (const element of elements(place.document.root)) {
    const image = toImage(element, place)
    if (image === undefined) continue
    const isInside = form !== undefined && indexFor(place.document).formAt(element) === form
    ;(isInside ? inside : outside).push(image)
  }
  return [...inside, ...outside]
}

function toImage(element: Element, { base, encoding, load }: ImagePlace): PageImage | undefined {
  const described = {
    alt: attribute(element, 'alt') ?? attribute(element, 'title') ?? '',
    id: attribute(element, 'id') ?? '',
    className: attribute(element, 'class') ?? '',
  }
  if (isWholeSvg(element)) return { ...described, src: undefined, fetch: async () => Buffer.from(svgAsXml(element)) }
  const isImage = element.tagName === 'img' || (element.tagName === 'input' && attribute(element, 'type')?.toLowerCase() === 'image')
  const address = isImage ? attribute(element, 'src') : undefined
  const src = address === undefined ? undefined : parseAddress(address, base, encoding)
  if (src?.protocol === 'data:') return { ...described, src, fetch: async () => fromDataUrl(src) }
  return src !== undefined && /^https?:$/.test(src.protocol) ? { ...described, src, fetch: () => load(src) } : undefined
}

/** RFC 2397, read as the Fetch standard does: base64 that is cut or foreign gives what can be read of it. */
function fromDataUrl({ href }: URL): Buffer {
  const [, type = '', data = ''] = /^data:([^,]*),?([^#]*)/s.exec(href) ?? []
  const bytes = percentDecoded(data)
  return /;\s*base64\s*$/i.test(type) ? Buffer.from(bytes, 'base64') : Buffer.from(bytes, 'latin1')
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
