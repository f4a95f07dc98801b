import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import { pino } from 'pino'
import t from 'tap'
import { RelayError } from '../../relay/errors.ts'
import { Secret } from '../../relay/vault/index.ts'
import { openSecret } from '../../relay/vault/open-secret.ts'
import { ann, newVault } from './open-vault.ts'

const value = 'canary-5f3a9c'
const scope = { account: 'account 1', field: 'password', origins: ['https://erp.example', 'https://login.erp.example:8443'] }
const secret = new Secret(value, scope)

t.test('a secret prints, logs, serialises and inspects as [secret] (law 1)', async (t) => {
  const shown: Record<string, () => unknown> = {
    String: () => String(secret),
    template: () => `${secret}`,
    concatenation: () => ''.concat(secret as unknown as string),
    join: () => [secret].join(),
    'JSON.stringify': () => JSON.parse(JSON.stringify(secret)),
    'JSON.stringify, nested': () => JSON.parse(JSON.stringify({ a: [secret] })).a[0],
    inspect: () => inspect(secret),
    'inspect with everything': () => inspect(secret, { showHidden: true, depth: Infinity, getters: true, showProxy: true, compact: false }),
    'format %s': () => format('%s', secret),
    'format %o': () => format('%o', secret),
    'format %O': () => format('%O', secret),
    'format %j': () => format('%j', secret).replaceAll('"', ''),
    'Error message': () => new Error(secret as unknown as string).message,
    toString: () => secret.toString(),
    'locale string': () => secret.toLocaleString(),
  }
  for (const [how, show] of Object.entries(shown)) t.equal(show(), '[secret]', how)
  t.ok(Number.isNaN(Number(secret)))
})

t.test('wherever a secret is put, its value does not come out', async (t) => {
  const nested = { account: { credential: [secret, new Map([['password', secret]]), new Set([secret])] }, secret }
  const out = new PassThrough()
  const console = new Console({ stdout: out, stderr: out, inspectOptions: { showHidden: true, depth: 20 } })
  console.log(secret, nested)
  console.error('%s %o %O %j %d', secret, secret, secret, secret, secret)
  console.dir(nested, { depth: null, showHidden: true, customInspect: false })
  console.table([secret])
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  log.info(nested)
  log.info({ secret }, 'a secret: %s %o %j', secret, secret, secret)
  log.error(new Error('failed', { cause: secret }))
  log.error(Object.assign(new Error('failed'), { secret }))
  const error = new RelayError('not_found', { params: { what: String(secret) }, detail: String(secret), cause: secret })
  const everything = [
    String(out.read()),
    ...lines,
    inspect(nested, { depth: null, showHidden: true }),
    inspect(secret, { customInspect: false, showHidden: true }),
    inspect(structuredClone(secret), { showHidden: true }),
    JSON.stringify(structuredClone({ ...secret })),
    serialize(secret).toString('latin1'),
    inspect(error, { depth: null }),
    JSON.stringify(error.toProblem()),
    JSON.stringify(Object.entries(Object.getOwnPropertyDescriptors(secret))),
    Reflect.ownKeys(secret).map(String).join(),
    Reflect.ownKeys(Secret.prototype).map(String).join(),
    new URLSearchParams({ secret: secret as unknown as string }).toString(),
    Buffer.from(secret as unknown as string).toString('latin1'),
  ].join('\n')
  t.notMatch(everything, value)
  t.notMatch(everything, Buffer.from(value).toString('base64').slice(0, -2))
  t.notMatch(everything, Buffer.from(value).toString('hex'))
  t.match(everything, '[secret]')
})

t.test('a secret and where it may go cannot be changed', async (t) => {
  t.throws(() => Object.assign(secret, { value: 'x' }))
  t.throws(() => (secret.scope.origins as string[]).push('https://evil.example'))
  t.throws(() => Object.assign(secret.scope, { origins: ['https://evil.example'] }))
  t.throws(() => Object.assign(secret, { scope: { ...scope, origins: ['https://evil.example'] } }))
  const origins = ['https://erp.example']
  const careful = new Secret(value, { ...scope, origins })
  origins.push('https://evil.example')
  t.throws(() => openSecret(careful, 'https://evil.example'), { code: 'secret_refused' })
})

t.test('a secret opens for the origins it is enrolled for (law 2)', async (t) => {
  t.equal(openSecret(secret, 'https://erp.example'), value)
  t.equal(openSecret(secret, 'https://login.erp.example:8443'), value)
})

t.test('a secret opens for no other origin, scheme, port or subdomain (law 2)', async (t) => {
  const elsewhere = [
    'https://evil.example',
    'http://erp.example',
    'https://erp.example:8443',
    'https://login.erp.example',
    'https://www.erp.example',
    'https://example',
    'https://erp.example.evil.example',
    'https://evilerp.example',
    'https://erp.example.',
    'https://erp.example/',
    'https://erp.example@evil.example',
    'HTTPS://ERP.EXAMPLE',
    'https://erp.example\n',
    'wss://erp.example',
    'null',
    '',
    '*',
  ]
  for (const origin of elsewhere) t.throws(() => openSecret(secret, origin), { code: 'secret_refused' }, JSON.stringify(origin))
  t.throws(() => openSecret(secret, undefined as unknown as string), { code: 'secret_refused' })
})

t.test('what only looks like a secret opens nowhere', async (t) => {
  const lookalikes = [
    { scope },
    structuredClone(secret),
    { ...secret },
    Object.create(secret),
    Object.create(Secret.prototype, { scope: { value: scope } }),
    new Proxy(secret, {}),
  ]
  for (const thing of lookalikes) t.throws(() => openSecret(thing, 'https://erp.example'), { code: 'secret_refused' })
})

t.test('a refusal does not tell the value', async (t) => {
  const error = (() => {
    try {
      return openSecret(secret, 'https://evil.example')
    } catch (error) {
      return error
    }
  })()
  t.notMatch(inspect(error, { depth: null, showHidden: true }), value)
})

t.test('the vault gives a handle on a field of a sealed credential', async (t) => {
  const { vault } = await newVault(t)
  const sealed = await vault.sealCredential(ann, { password: value, pin: '0000' })
  const handle = await vault.secret(ann, sealed, scope)
  t.equal(`${handle}`, '[secret]')
  t.equal(openSecret(handle, 'https://erp.example'), value)
  for (const field of ['absent', '__proto__', 'toString']) await t.rejects(vault.secret(ann, sealed, { ...scope, field }), { code: 'not_found' }, field)
  await t.rejects(vault.secret({ ...ann, owner: 'user bob' }, sealed, scope), { code: 'vault_record_damaged' })
})
