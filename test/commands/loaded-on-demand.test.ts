import { registerHooks } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import t from 'tap'

// Nothing of the product is imported above: what is loaded from here on was asked for here.
const loaded = new Set<string>()
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    loaded.add(found.url)
    return found
  },
})

/** Files as from the root of the checkout, packages by their names; what Node brings along costs nothing. */
function loadedSoFar(): string[] {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const files = [...loaded].filter((url) => url.startsWith('file:')).map((url) => relative(root, fileURLToPath(url)))
  return [...new Set(files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1] ?? file))]
}

/** One command line to its end, with what it prints. */
async function told(program: Command, ...words: string[]): Promise<string> {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  await t.rejects(program.configureOutput({ writeOut: write, writeErr: write }).parseAsync(['node', 'login-relay', ...words]), { name: 'CommanderError' })
  return text
}

t.test('the version, the help of the whole and a wrong word are told without loading a verb', async (t) => {
  const { createProgram } = await import('../../relay/commands/program.ts')
  t.match(await told(createProgram(), '--version'), /^\d+\.\d+\.\d+\n$/)
  t.match(await told(createProgram(), '--help'), /^ {2}account +the accounts people have at sites$/m)
  t.match(await told(createProgram(), 'acount'), /Did you mean account\?/)
  const needed = /^(commander|relay\/(commands\/(program|words|verb\/report-error)|version|errors|error-catalogue(\/[^/]+)?)\.ts)$/
  t.same(
    loadedSoFar().filter((file) => !needed.test(file)),
    [],
  )
})

t.test('the help of a verb is told without loading the server or its configuration', async (t) => {
  const { createProgram, fillIn } = await import('../../relay/commands/program.ts')
  for (const command of createProgram().commands) {
    await fillIn(command)
    t.match(command.helpInformation(), new RegExp(`^Usage: login-relay ${command.name()} `))
  }
  t.ok(loadedSoFar().includes('relay/commands/server/serve.ts'), 'a verb is seen when it is loaded')
  const needed = /^(commander|yaml|relay\/(commands|connect|error-catalogue)\/.+\.ts|relay\/[^/]+\.ts)$/
  t.same(
    loadedSoFar().filter((file) => !needed.test(file) || file === 'relay/app.ts'),
    [],
  )
})
