import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { catalogue, type ErrorRow } from '../../relay/error-catalogue.ts'
import { type ErrorCode, RelayError } from '../../relay/errors.ts'
import { errorReference } from './error-reference.ts'

const rows = Object.entries(catalogue) as [ErrorCode, ErrorRow][]

t.test('docs/errors.md is what the catalogue says', async (t) => {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8')
  t.equal(text, errorReference(), 'run `node test/docs/write-error-reference.ts`')
})

t.test('every error says in whole sentences what happened and what to do next', async (t) => {
  for (const [code, { status, text, next }] of rows) {
    t.match(code, /^[a-z]+(_[a-z]+)*$/)
    t.ok(status >= 400 && status <= 599, code)
    t.ok(/^[A-Z{].*[.}]$/.test(text), `${code}: ${text}`)
    t.ok(/^[A-Z{`].*[.}]$/.test(next), `${code}: ${next}`)
  }
})

t.test('a param that breaks lines or steers a terminal is made harmless', async (t) => {
  const error = new RelayError('not_found', { params: { what: 'a\r\nb\u001b[31mc\u2028d\u009be{next}' } })
  t.equal(error.message, 'There is no a  b [31mc d e{next}.')
  t.ok(new RelayError('not_found', { params: { what: 'x'.repeat(5000) } }).message.length < 400)
})

t.test('a problem holds what is safe to show, and nothing of detail or cause', async (t) => {
  const error = new RelayError('not_found', { params: { what: 'user ann' }, detail: 'canary', cause: new Error('canary'), url: 'https://relay.example/x' })
  t.strictSame(error.toProblem(), {
    type: 'urn:login-relay:error:not_found',
    title: 'There is no user ann.',
    status: 404,
    code: 'not_found',
    next: 'Check the name; the list commands show what there is.',
    url: 'https://relay.example/x',
  })
  t.notMatch(JSON.stringify(error.toProblem()), 'canary')
})
