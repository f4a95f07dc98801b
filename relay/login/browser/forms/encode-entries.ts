import { randomBytes } from 'node:crypto'
import { encodeValue, type Part } from '../../../outbound/index.ts'
import type { Entry } from './entry-list.ts'

export interface EncodedForm {
  readonly contentType: string
  readonly body: readonly Part[]
}

/** The body of a form that is sent by POST (HTML standard, section 4.10.21.8). */
export function encodeEntries(entries: readonly Entry[], enctype: string, charset: string): EncodedForm {
  switch (enctype) {
    case 'multipart/form-data':
      return multipart(entries, charset)
    case 'text/plain':
      return { contentType: 'text/plain', body: plainText(entries, charset) }
    default:
      return { contentType: 'application/x-www-form-urlencoded', body: urlencoded(entries, charset) }
  }
}

/** application/x-www-form-urlencoded (URL standard, section 5.2) in the form's encoding. */
export function urlencoded(entries: readonly Entry[], charset: string): Part[] {
  const encoding = { as: 'urlencoded', charset } as const
  return entries.flatMap(({ name, value }, index): Part[] => {
    const head = Buffer.concat([Buffer.from(index === 0 ? '' : '&'), encodeValue(withCrLf(name), encoding), Buffer.from('=')])
    return [head, typeof value === 'string' ? encodeValue(withCrLf(value), encoding) : { ...value, field: name, encoding }]
  })
}

function multipart(entries: readonly Entry[], charset: string): EncodedForm {
  const encoding = { as: 'multipart', charset } as const
  const boundary = `----FormBoundary${randomBytes(12).toString('hex')}`
  const body = entries.flatMap(({ name, value, file }): Part[] => [
    Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="`),
      multipartName(name, charset),
      Buffer.from(file ? '"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n' : '"\r\n\r\n'),
    ]),
    typeof value === 'string' ? encodeValue(withCrLf(value), encoding) : { ...value, field: name, encoding },
    Buffer.from('\r\n'),
  ])
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: [...body, Buffer.from(`--${boundary}--\r\n`)] }
}

/** Names escape line ends and the double quote, nothing else. */
function multipartName(name: string, charset: string): Buffer {
  const encoded = encodeValue(withCrLf(name), { as: 'multipart', charset }).toString('latin1')
  return Buffer.from(encoded.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22'), 'latin1')
}

function plainText(entries: readonly Entry[], charset: string): Part[] {
  const encoding = { as: 'multipart', charset } as const
  return entries.flatMap(({ name, value }): Part[] => [
    encodeValue(`${withCrLf(name)}=`, encoding),
    typeof value === 'string' ? encodeValue(withCrLf(value), encoding) : { ...value, field: name, encoding },
    Buffer.from('\r\n'),
  ])
}

function withCrLf(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n')
}
