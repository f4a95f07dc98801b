import { randomBytes } from 'node:crypto'
import type { Encoding, Part } from '../../outbound/index.ts'
import type { PlacedSecret } from '../browser/index.ts'

/** Letters, a digit and a hyphen: what pages ask of a password, and the same in every encoding of a form. */
const prefix = 'Aa1-'
const length = { usual: 28, least: 14 }

interface Standing {
  readonly placed: PlacedSecret
  /** Where it stands in the page: a new password is asked for twice, and pages compare the two. */
  readonly fields: string[]
}

/** Random texts that stand for secrets in a page. The page sends them; what they stand for takes their place on the way out. */
export class Placeholders {
  readonly #standing = new Map<string, Standing>()

  /** Undefined: a field of this length has no room for one that nobody guesses. */
  add(placed: PlacedSecret, field: string, maxLength: number | undefined): string | undefined {
    const room = Math.min(length.usual, maxLength ?? length.usual)
    if (room < length.least) return undefined
    for (const [text, { placed: before, fields }] of this.#standing) {
      if (before.secret !== placed.secret || before.derivation !== undefined || placed.derivation !== undefined || text.length > room) continue
      if (!fields.includes(field)) fields.push(field)
      return text
    }
    const text =
      prefix +
      randomBytes(length.usual)
        .toString('hex')
        .slice(0, room - prefix.length)
    this.#standing.set(text, { placed, fields: [field] })
    return text
  }

  /** Does one of them stand in this text, as it is or percent-encoded? */
  isIn(text: string): boolean {
    return [...this.#standing.keys()].some((one) => text.includes(one))
  }

  /** A body with a slot in the place of each; undefined: none stands in it. */
  slotsIn(body: Buffer, contentType: string): readonly Part[] | undefined {
    const encoding = encodingFor(contentType)
    let parts: Part[] = [body]
    for (const [text, { placed, fields }] of this.#standing) {
      const [first = ''] = fields
      const left = [...fields]
      const slot = () => ({ ...placed, field: left.shift() ?? first, encoding })
      parts = parts.flatMap((part) => (Buffer.isBuffer(part) ? split(part, text, slot) : [part]))
    }
    return parts.length > 1 ? parts : undefined
  }
}

/** Beyond the fields it stands in, it is of the first again: the agent refuses that. */
function split(body: Buffer, text: string, slot: () => Exclude<Part, Buffer>): Part[] {
  const parts: Part[] = []
  let from = 0
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, from)) {
    parts.push(body.subarray(from, at), slot())
    from = at + text.length
  }
  return [...parts, body.subarray(from)]
}

/** How a page's script writes a value into a body of this type: browsers send UTF-8 from scripts, and say so of forms in other charsets. */
function encodingFor(contentType: string): Encoding {
  const type = contentType.toLowerCase()
  if (type.includes('json')) return { as: 'json' }
  if (type.startsWith('application/x-www-form-urlencoded')) return { as: 'urlencoded', charset: 'UTF-8' }
  if (type.startsWith('multipart/')) return { as: 'multipart', charset: 'UTF-8' }
  // A script that says nothing of the type sends JSON as text.
  return { as: 'json' }
}
