import { readdir } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Adapter, adapterProblem, builtInAdapters } from '../../adapters/index.ts'
import { RelayError } from '../errors.ts'

/** What an adapter of one's own may import by name, wherever its folder is: the relay's own copies. */
const provided: Readonly<Record<string, string>> = {
  // `.ts` in a checkout, `.js` in the built package.
  'login-relay/adapters': new URL(`../../adapters/index${extname(import.meta.url)}`, import.meta.url).href,
  zod: import.meta.resolve('zod'),
}

/** The adapters by name: the built-in ones, then those of the folder in order of their files' names. `adapter_unfit` names the file and what is wrong with it. */
export async function loadAdapters(folder: string | undefined): Promise<ReadonlyMap<string, Adapter>> {
  const adapters = new Map(builtInAdapters.map((adapter) => [adapter.name, adapter]))
  if (folder === undefined) return adapters
  const files = await listFiles(folder)
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const url = provided[specifier]
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
    },
  })
  try {
    for (const file of files) {
      const adapter = await loadFile(join(folder, file), file)
      if (adapters.has(adapter.name)) throw unfit(file, `another adapter is called ${adapter.name} already`)
      adapters.set(adapter.name, adapter)
    }
  } finally {
    hooks.deregister()
  }
  return adapters
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder)
    return names.filter((name) => /^[^._].*\.(?:[cm]?js|[cm]?ts)$/.test(name) && !/\.(?:d|test)\.[cm]?ts$/.test(name)).sort()
  } catch (cause) {
    throw unfit(folder, 'the folder cannot be read', cause)
  }
}

async function loadFile(path: string, file: string): Promise<Adapter> {
  let module: { readonly default?: unknown }
  try {
    module = await import(pathToFileURL(path).href)
  } catch (cause) {
    throw unfit(file, cause instanceof Error ? `it cannot be loaded: ${cause.message}` : 'it cannot be loaded', cause)
  }
  if (module.default === undefined) throw unfit(file, 'it has no default export')
  const problem = adapterProblem(module.default)
  if (problem !== undefined) throw unfit(file, problem)
  return module.default as Adapter
}

function unfit(file: string, problem: string, cause?: unknown): RelayError {
  return new RelayError('adapter_unfit', { params: { file, problem }, ...(cause === undefined ? {} : { cause }) })
}
