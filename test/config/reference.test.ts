import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { configSchema, loadConfig } from '../../config/index.ts'
import { listOptions } from '../../config/options.ts'
import { configurationReference, exampleFile } from '../../config/reference.ts'
import { tempFolder } from '../temp-folder.ts'

const root = join(import.meta.dirname, '..', '..')
const mend = 'run `node config/write-reference.ts`'

t.test('docs/configuration.md is what the schema says', async (t) => {
  t.equal(await readFile(join(root, 'docs', 'configuration.md'), 'utf8'), configurationReference(), mend)
})

t.test('the example is what the schema says, and loads as the defaults', async (t) => {
  const text = await readFile(join(root, 'config', 'relay.example.yaml'), 'utf8')
  t.equal(text, exampleFile(), mend)
  const cwd = await tempFolder(t)
  await writeFile(join(cwd, 'relay.yaml'), text)
  const { config, warnings } = await loadConfig({ cwd, env: {} })
  t.strictSame(config, { ...configSchema.parse({}), data: join(cwd, 'relay-data') })
  t.strictSame(warnings, [])
})

t.test('the example loads with every line that is commented out put in, and then holds every option', async (t) => {
  const cwd = await tempFolder(t)
  const text = exampleFile().replace(/^( *)# (\w+: \S+)$/gm, '$1$2')
  await writeFile(join(cwd, 'relay.yaml'), text)
  const { config } = await loadConfig({ cwd, env: {} })
  for (const { path } of listOptions()) {
    const value = path.reduce<unknown>((place, key) => (place as Record<string, unknown>)[key], config)
    t.not(value, undefined, path.join('.'))
  }
})

t.test('every option has words, and a default or an example', async (t) => {
  const options = listOptions()
  t.ok(options.length > 15)
  for (const { path, description, default: standard, example, type, maximum } of options) {
    t.match(description, /^[A-Z].*\.$/, path.join('.'))
    t.ok(standard !== undefined || example !== undefined, path.join('.'))
    t.ok(type === 'string' || maximum !== undefined, `${path.join('.')} has bounds`)
  }
  t.equal(new Set(options.map(({ variable }) => variable)).size, options.length, 'no two share a variable')
})

t.test('every option can be set by its variable', async (t) => {
  const cwd = await tempFolder(t)
  for (const { path, variable, default: standard, example } of listOptions()) {
    const goesWith = { certificate: 'key', key: 'certificate', listen: 'domain' }[path[1] ?? '']
    const other = listOptions().find((option) => option.path.join() === `${path[0]},${goesWith}`)
    const pair = other === undefined ? {} : { [other.variable]: String(other.example) }
    const { warnings } = await loadConfig({ cwd, env: { [variable]: String(standard ?? example), ...pair } })
    t.strictSame(warnings, [], variable)
  }
})
