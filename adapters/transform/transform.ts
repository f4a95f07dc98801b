import { randomInt } from 'node:crypto'
import { type Derivation, derive } from '../../relay/derivation/index.ts'
import type { Secret } from '../../relay/vault/index.ts'
import type { Value } from '../contract.ts'
import { type Expression, parseExpression } from './expression.ts'

/** What names in a transform stand for: texts the page gave, handles of secrets. */
export type Names = Readonly<Record<string, string | Secret | undefined>>

/**
 * What a page's script makes of a password, for `form.fill` and JSON bodies. The HTTP agent evaluates it after the origin check, so the
 * adapter learns neither the password nor what was made of it.
 *
 * @example
 * ```ts
 * const salt = page.query('#salt')[0]?.attribute('value')
 * form.fill('pass', transform('md5(md5(password) + salt)', { password: secrets.password, salt }))
 * ```
 * @throws SyntaxError for an expression that cannot be read, a name without a value, and two secrets in one.
 */
export function transform(expression: string, names: Names): Value {
  return evaluate(parseExpression(expression), names)
}

/** An expression with its names filled in: a text where no secret is in it. */
export function evaluate(expression: Expression, names: Names): Value {
  const secrets = new Set<Secret>()
  const derivation = resolve(expression)
  const [secret, other] = secrets
  if (other !== undefined) throw new SyntaxError('has two secrets in one value')
  if (secret === undefined) return derive('', derivation)
  return derivation.is === 'secret' ? secret : { secret, derivation }

  function resolve(part: Expression): Derivation {
    switch (part.is) {
      case 'text':
        return part
      case 'random':
        return { is: 'text', text: randomText(part.length) }
      case 'now':
        return { is: 'text', text: String(Date.now()) }
      case 'joined':
        return { is: 'joined', of: part.of.map(resolve) }
      case 'made':
        return { ...part, of: part.of.map(resolve) }
      case 'name': {
        const value = Object.hasOwn(names, part.name) ? names[part.name] : undefined
        if (value === undefined) throw new SyntaxError(`names \`${part.name}\`, which has no value`)
        if (typeof value === 'string') return { is: 'text', text: value }
        secrets.add(value)
        return { is: 'secret' }
      }
    }
  }
}

/** The letters and digits that cannot be mistaken for one another, as the pages take them. */
const alphabet = 'ABCDEFGHJKMNPQRSTWXYZabcdefhijkmnprstwxyz2345678'

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
