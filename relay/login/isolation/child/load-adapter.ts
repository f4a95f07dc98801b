import { z } from 'zod'
import type { Adapter } from '../../../../adapters/index.ts'
import { adapterProblem } from '../../../../adapters/kit/index.ts'
import { type AdapterSource, hooks } from '../messages.ts'
import type { Port } from './port.ts'

/** The rights to read files, until they are given up. Captured: the adapter's code finds no `process`. */
const permission = process.permission as { drop?(scope: string): void } | undefined

/** Loads the adapter and tells the relay what it says of itself; or what is wrong with it. From then on nothing can be read any more. */
export async function loadAdapter(source: AdapterSource, port: Port): Promise<Adapter | undefined> {
  const loaded = 'steps' in source ? await loadSteps(source.steps) : await importAdapter(source.module)
  permission?.drop?.('fs.read')
  if (typeof loaded === 'string') {
    port.send({ type: 'unfit', problem: loaded.slice(0, 4000) })
    return undefined
  }
  const { name, description, settings, signedOut = {} } = loaded
  port.send({
    type: 'loaded',
    facts: {
      name,
      description: description.slice(0, 500),
      signedOut,
      hooks: hooks.filter((hook) => loaded[hook] !== undefined),
      settings: z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
    },
  })
  return loaded
}

/** Its code is read only where it is needed. */
async function loadSteps(steps: unknown): Promise<Adapter> {
  const { stepsAdapter } = await import('../../../../adapters/steps/run/index.ts')
  return stepsAdapter(steps) as unknown as Adapter
}

/** The adapter that a module exports, or what is wrong. */
async function importAdapter(url: string): Promise<Adapter | string> {
  let module: { readonly default?: unknown }
  try {
    module = await import(url)
  } catch (error) {
    return error instanceof Error ? `it cannot be loaded: ${error.message}` : 'it cannot be loaded'
  }
  if (module.default === undefined) return 'it has no default export'
  const problem = adapterProblem(module.default)
  if (problem !== undefined) return problem
  const adapter = module.default as Adapter
  if (adapter.signedOut === undefined) {
    return 'isSignedOut is a function, which cannot run for every answer that passes: say it as data, signedOut: { redirectTo: ["/login"] }'
  }
  return adapter
}
