import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadConfig } from '../../config/index.ts'
import { isRelayError } from '../../relay/errors.ts'
import { processorTime } from '../processor-time.ts'
import fc from '../property.ts'
import { tempFolder } from '../temp-folder.ts'

interface Refusal {
  readonly line: number
  readonly key: string
  readonly problem: string | RegExp
}

async function refuses(t: Test, text: string, expected: Refusal): Promise<void> {
  const cwd = await tempFolder(t)
  const file = join(cwd, 'relay.yaml')
  await writeFile(file, text)
  await t.rejects(loadConfig({ cwd, env: {} }), { code: 'config_invalid', params: { file, ...expected } }, JSON.stringify(text.slice(0, 60)))
}

t.test('an unknown key is refused with file, line and the nearest known key', async (t) => {
  await refuses(t, 'data: ./x\n\nprtal:\n  listen: 127.0.0.1:1\n', { line: 3, key: 'prtal', problem: 'is not a known key; the nearest is `portal`' })
  await refuses(t, '# c\nportal:\n  # c\n  lisen: 127.0.0.1:1\n', { line: 4, key: 'portal.lisen', problem: 'is not a known key; the nearest is `listen`' })
  await refuses(t, 'proxy:\n  otherhosts: tunnel\n', { line: 2, key: 'proxy.otherhosts', problem: 'is not a known key; the nearest is `otherHosts`' })
  await refuses(t, 'login: {captchaTries: 3, colour: red}\n', { line: 1, key: 'login.colour', problem: 'is not a known key' })
  await refuses(t, '__proto__:\n  data: x\n', { line: 1, key: '__proto__', problem: /^is not a known key/ })
  await refuses(t, 'portal: {}\nconstructor: 1\n', { line: 2, key: 'constructor', problem: /^is not a known key/ })
})

t.test('a value that does not fit is refused with file, line and key', async (t) => {
  await refuses(t, 'log:\n  level: loud\n', { line: 2, key: 'log.level', problem: /expected one of "debug"/ })
  await refuses(t, 'portal:\n\n  listen: 8470\n', { line: 3, key: 'portal.listen', problem: 'must be text' })
  await refuses(t, 'portal:\n  listen: localhost\n', { line: 2, key: 'portal.listen', problem: 'must be HOST:PORT' })
  await refuses(t, 'proxy:\n  listen: "0.0.0.0:70000"\n', { line: 2, key: 'proxy.listen', problem: /port up to 65535/ })
  await refuses(t, 'portal:\n  publicUrl: ftp://x\n', { line: 2, key: 'portal.publicUrl', problem: 'must be an http or https URL' })
  await refuses(t, 'login:\n  captchaTries: 0\n', { line: 2, key: 'login.captchaTries', problem: /too small/ })
  await refuses(t, 'login:\n  captchaTries: 1.5\n', { line: 2, key: 'login.captchaTries', problem: 'must be a whole number' })
  await refuses(t, 'login:\n  captchaTries: "4"\n', { line: 2, key: 'login.captchaTries', problem: 'must be a number' })
  await refuses(t, 'data: ""\n', { line: 1, key: 'data', problem: /too small/ })
  await refuses(t, 'data: x\nportal: 5\n', { line: 2, key: 'portal', problem: 'must be keys of its own' })
  await refuses(t, 'portal: [1]\n', { line: 1, key: 'portal', problem: 'must be keys of its own' })
})

t.test('a certificate without its key, or a key without its certificate, is refused', async (t) => {
  await refuses(t, 'portal:\n  certificate: c.pem\n', { line: 2, key: 'portal.certificate', problem: 'goes together with `key`' })
  await refuses(t, 'portal:\n  key: k.pem\n', { line: 2, key: 'portal.key', problem: 'goes together with `certificate`' })
})

t.test('what is not YAML, or not keys with values, is refused with its line', async (t) => {
  const yaml = (line: number, problem: string | RegExp) => ({ line, key: 'YAML', problem })
  await refuses(t, 'data: x\nportal: {\n', yaml(3, /.+/))
  await refuses(t, 'data: x\nportal:\n\tlisten: x\n', yaml(3, /tab/))
  await refuses(t, 'data: "x\n', yaml(2, 'missing char'))
  await refuses(t, 'data: x\n---\ndata: y\n', yaml(2, 'multiple docs'))
  await refuses(t, 'data: x\nlog: { level: info }\ndata: y\n', yaml(3, 'duplicate key'))
  await refuses(t, 'portal:\n  listen: a:1\n  listen: b:1\n', yaml(3, 'duplicate key'))
  await refuses(t, 'just words\n', yaml(1, 'must be keys with values'))
  await refuses(t, '- data\n', yaml(1, 'must be keys with values'))
  await refuses(t, 'data: !!js/function "x"\n', yaml(1, /tag/))
  await refuses(t, 'data: *nowhere\n', yaml(1, /alias/))
  await refuses(t, '? [a, b]\n: c\n', yaml(1, /.+/))
})

t.test('aliases that multiply and brackets without end are refused, and soon', async (t) => {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`)
  const started = processorTime()
  await refuses(t, `a0: &a0 [lol]\n${levels.join('\n')}\n`, { line: 1, key: 'YAML', problem: /alias/ })
  await refuses(t, `data: ${'['.repeat(50_000)}`, { line: 1, key: 'YAML', problem: /.+/ })
  await refuses(t, `data: ${'{a: '.repeat(20_000)}`, { line: 1, key: 'YAML', problem: /.+/ })
  await refuses(t, '? '.repeat(20_000), { line: 1, key: 'YAML', problem: /.+/ })
  t.ok(processorTime() - started < 20_000)
})

t.test('a variable that does not fit is refused by its name', async (t) => {
  const cwd = await tempFolder(t)
  await writeFile(join(cwd, 'relay.yaml'), 'log: { level: info }\n')
  const wrong = [
    ['LOGIN_RELAY_LOG_LEVEL', 'loud', /expected one of/],
    ['LOGIN_RELAY_LOGIN_PAGES', 'many', 'must be a number'],
    ['LOGIN_RELAY_LOGIN_PAGES', '1e2', 'must be a number'],
    ['LOGIN_RELAY_LOGIN_PAGES', '-1', /too small/],
    ['LOGIN_RELAY_PORTAL_LISTEN', '8470', /HOST:PORT/],
    ['LOGIN_RELAY_PORTAL_CERTIFICATE', 'c.pem', /goes together/],
  ] as const
  for (const [variable, text, problem] of wrong) {
    const expected = { code: 'config_variable_invalid', params: { variable, problem } }
    await t.rejects(loadConfig({ cwd, env: { [variable]: text } }), expected, `${variable} over a file`)
    await t.rejects(loadConfig({ cwd: join(cwd, '..', 'nowhere'), env: { [variable]: text } }), expected, `${variable} without one`)
  }
})

t.test('no value of the file or the environment is quoted in an error (law 1)', async (t) => {
  const cwd = await tempFolder(t)
  const canary = 'canary5f3a9c'
  const texts = [
    `data: [${canary}]`,
    `log: { level: ${canary} }`,
    `portal: { listen: ${canary} }`,
    `portal: { publicUrl: ${canary} }`,
    `login: { pages: ${canary} }`,
    `masterKey: { source: ${canary} }`,
    `data: "${canary}`,
    `data: !${canary} x`,
    `data: *${canary}`,
    canary,
  ]
  for (const text of texts) {
    await writeFile(join(cwd, 'relay.yaml'), text)
    const error = await loadConfig({ cwd, env: {} }).catch((error: Error) => error)
    t.ok(isRelayError(error, 'config_invalid'), text)
    if (isRelayError(error)) t.notMatch([error.message, error.next, JSON.stringify(error.toProblem())].join(), canary, text)
  }
  const error = await loadConfig({ cwd: join(cwd, 'nowhere'), env: { LOGIN_RELAY_LOG_LEVEL: canary } }).catch((error: Error) => error)
  t.ok(isRelayError(error, 'config_variable_invalid') && !error.message.includes(canary))
})

t.test('any text is read or refused with a place, and nothing else happens', async (t) => {
  const cwd = await tempFolder(t)
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.stringMatching(/^ {0,3}(data|portal|listen|proxy|login|pages|log|level): ?[a-z0-9:"'{}&*!|>-]{0,8}$/),
  )
  const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'))
  await fc.assert(
    fc.asyncProperty(text, async (text) => {
      await writeFile(join(cwd, 'relay.yaml'), text)
      const outcome = await loadConfig({ cwd, env: {} }).catch((error: unknown) => error)
      return isRelayError(outcome) ? outcome.code === 'config_invalid' && Number(outcome.params.line) >= 1 : !(outcome instanceof Error)
    }),
    { numRuns: 300 },
  )
})
