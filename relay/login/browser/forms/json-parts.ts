import type { JsonValue } from '../../../../adapters/index.ts'
import type { Part } from '../../../outbound/index.ts'
import { Secret } from '../../../vault/index.ts'
import { placedSecret } from './entry-list.ts'

/** JSON with secrets in it as the parts of a body: each stands as a handle where its string will be. `field`: the key it stands under. */
export function jsonParts(value: JsonValue, field = ''): Part[] {
  if (typeof value !== 'object' || value === null) return [Buffer.from(JSON.stringify(value))]
  if (value instanceof Secret || isDerived(value)) {
    return [Buffer.from('"'), { ...placedSecret(value), field, encoding: { as: 'json' } }, Buffer.from('"')]
  }
  if (Array.isArray(value))
    return enclosed(
      '[',
      (value as readonly JsonValue[]).map((one) => jsonParts(one, field)),
      ']',
    )
  const entries = Object.entries(value as Readonly<Record<string, JsonValue>>)
  return enclosed(
    '{',
    entries.map(([key, one]) => [Buffer.from(`${JSON.stringify(key)}:`), ...jsonParts(one, key)]),
    '}',
  )
}

function enclosed(open: string, items: readonly (readonly Part[])[], close: string): Part[] {
  const parts = items.flatMap((item, index) => (index === 0 ? item : [Buffer.from(','), ...item]))
  return [Buffer.from(open), ...parts, Buffer.from(close)]
}

/** JSON of the page's own has no handle in it. */
function isDerived(value: object): value is { readonly secret: Secret; readonly derivation: never } {
  return 'secret' in value && value.secret instanceof Secret && 'derivation' in value
}
