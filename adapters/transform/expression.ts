import { type Format, type Operation, operations } from '../../relay/derivation/index.ts'

/** A parsed transform, with names still to be filled in. */
export type Expression =
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'joined'; readonly of: readonly Expression[] }
  | { readonly is: 'made'; readonly by: Operation; readonly of: readonly Expression[]; readonly as: Format }
  /** So many random letters and digits, as pages put before what they encrypt. */
  | { readonly is: 'random'; readonly length: number }
  /** Milliseconds since 1970. */
  | { readonly is: 'now' }

const formats: readonly string[] = ['hex', 'HEX', 'base64', 'base64url', 'bytes'] satisfies Format[]
const deepest = 10
const longest = 2000

/**
 * Parses a transform: names, texts in quotes, `+`, and operations, each perhaps with a format: `md5(md5(password) + salt)`,
 * `rsa.hex(modulus, exponent, password)`, `aesCbc(key, random(16), random(64) + password)`.
 *
 * @throws SyntaxError that says what is wrong, for a person who wrote it.
 */
export function parseExpression(text: string): Expression {
  if (text.length > longest) throw new SyntaxError(`is longer than ${longest} characters`)
  const tokens = tokensOf(text)
  let at = 0
  const whole = sum(0)
  if (at < tokens.length) throw new SyntaxError(`has \`${tokens[at]}\` where nothing more is expected`)
  if (whole.is === 'made' && whole.as === 'bytes') throw new SyntaxError('gives bytes: name how they are written, such as `.hex` or `.base64`')
  return whole

  function sum(depth: number): Expression {
    if (depth > deepest) throw new SyntaxError('is nested too deeply')
    const parts = [term(depth)]
    while (tokens[at] === '+') {
      at += 1
      parts.push(term(depth))
    }
    return parts.length === 1 ? (parts[0] as Expression) : { is: 'joined', of: parts }
  }

  function term(depth: number): Expression {
    const token = tokens[at]
    if (token === undefined) throw new SyntaxError('ends too early')
    at += 1
    if (token === '(') {
      const inner = sum(depth + 1)
      expect(')')
      return inner
    }
    if (/^["']/.test(token)) return { is: 'text', text: token.slice(1, -1) }
    if (!/^[a-z]/i.test(token)) throw new SyntaxError(`has \`${token}\` where a name is expected`)
    return tokens[at] === '(' || tokens[at] === '.' ? call(token, depth) : { is: 'name', name: token }
  }

  function call(name: string, depth: number): Expression {
    const format = tokens[at] === '.' ? formatAfter(name) : undefined
    expect('(')
    if (name === 'random') return random()
    const given: Expression[] = []
    while (tokens[at] !== ')') {
      given.push(sum(depth + 1))
      if (tokens[at] !== ',') break
      at += 1
    }
    expect(')')
    if (name === 'now' && given.length === 0) return { is: 'now' }
    if (!Object.hasOwn(operations, name)) throw new SyntaxError(`names \`${name}\`, which is none of ${Object.keys(operations).join(', ')}`)
    const by = name as Operation
    const { takes, as } = operations[by]
    if (!takes.includes(given.length)) throw new SyntaxError(`gives \`${name}\` ${given.length} values: it takes ${takes.join(' or ')}`)
    return { is: 'made', by, of: given, as: format ?? as }
  }

  function formatAfter(name: string): Format {
    at += 1
    const format = tokens[at]
    at += 1
    if (format === undefined || !formats.includes(format)) throw new SyntaxError(`writes \`${name}\` in none of the ways ${formats.join(', ')}`)
    return format as Format
  }

  function random(): Expression {
    const length = Number(tokens[at])
    at += 1
    expect(')')
    if (!Number.isInteger(length) || length < 1 || length > 256) throw new SyntaxError('`random` takes a length of 1 to 256')
    return { is: 'random', length }
  }

  function expect(token: string): void {
    if (tokens[at] !== token) throw new SyntaxError(`lacks a \`${token}\``)
    at += 1
  }
}

/** The names that an expression uses. */
export function namesIn(expression: Expression): string[] {
  switch (expression.is) {
    case 'name':
      return [expression.name]
    case 'joined':
    case 'made':
      return expression.of.flatMap(namesIn)
    case 'text':
    case 'random':
    case 'now':
      return []
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  const token = /\s*([A-Za-z]\w*|\d+|"[^"]*"|'[^']*'|[().,+])/y
  for (let at = 0; text.slice(at).trim() !== ''; at = token.lastIndex) {
    token.lastIndex = at
    const found = token.exec(text)?.[1]
    if (found === undefined) throw new SyntaxError(`cannot be read from \`${text.slice(at, at + 10).trim()}\` on`)
    tokens.push(found)
  }
  return tokens
}
