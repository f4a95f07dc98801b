import type { Part, SecretSlot } from '../../outbound/index.ts'

export interface Swap {
  readonly contentType: string
  /** The field that the placeholder may stand in. */
  readonly field: string
  readonly placeholder: string
  readonly secret: object
  /** The encoding of the form's values. */
  readonly charset: string
}

/**
 * The body with a slot for the secret in the placeholder's place: where it is the whole value of the declared field, and stands nowhere
 * else. Undefined otherwise: what is sent then is the placeholder, which is worth nothing.
 */
export function swapPlaceholder(body: Buffer, { contentType, field, placeholder, secret, charset }: Swap): Part[] | undefined {
  const at = body.indexOf(placeholder)
  if (at < 0 || body.indexOf(placeholder, at + 1) >= 0) return undefined
  const [before, after] = [body.subarray(0, at), body.subarray(at + placeholder.length)]
  const encoding = encodingAt(before.toString('latin1'), after.toString('latin1'), contentType, field, charset)
  return encoding === undefined ? undefined : [before, { secret, field, encoding }, after]
}

/** Characters before the placeholder that are looked at in JSON. */
const longestName = 2000

function encodingAt(before: string, after: string, contentType: string, field: string, charset: string): SecretSlot['encoding'] | undefined {
  switch (contentType.split(';')[0]?.trim().toLowerCase()) {
    case 'application/x-www-form-urlencoded': {
      const name = /(?:^|&)([^&=]*)=$/.exec(before)?.[1]
      return name !== undefined && decodeName(name) === field && /^(?:&|$)/.test(after) ? { as: 'urlencoded', charset } : undefined
    }
    case 'multipart/form-data': {
      const head = before.slice(before.lastIndexOf('\r\n--') + 2)
      const name = /^--[^\r\n]*\r\ncontent-disposition:[ \t]*form-data;[ \t]*name="([^"\r\n]*)"[ \t]*\r\n(?:[^\r\n]+\r\n)*\r\n$/i.exec(head)?.[1]
      return name === field && after.startsWith('\r\n--') ? { as: 'multipart', charset } : undefined
    }
    case 'application/json': {
      const name = /("(?:[^"\\]|\\.)*")\s*:\s*"$/.exec(before.slice(-longestName))?.[1]
      return name !== undefined && parseName(name) === field && after.startsWith('"') ? { as: 'json' } : undefined
    }
    default:
      return undefined
  }
}

function decodeName(name: string): string | undefined {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

function parseName(json: string): string | undefined {
  try {
    return JSON.parse(json) as string
  } catch {
    return undefined
  }
}
