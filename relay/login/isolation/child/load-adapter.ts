import { z } from 'zod'
import type { Adapter } from '../../../../adapters/index.ts'
import { adapterProblem } from '../../../../adapters/kit/index.ts'
import { type AdapterSource, hooks } from '../messages.ts'
import { lockDown } from './lock-down.ts'
import type { Port } from './port.ts'

/** The rights to read files, until they are given up. Captured: the adapter's code finds no `process`. */
const permission = process.permission as { drop?(scope: string): void } | undefined

/** Loads the adapter and tells the relay what it says of itself; or what is wrong with it. From then on nothing can be read any more. */
export async function loadAdapter(source: AdapterSource, port: Port): Promise<Adapter | undefined> {
  const loaded = await load(source)
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

/** The adapter, or what is wrong with it. */
async function load(source: AdapterSource): Promise<Adapter | string> {
  try {
    if ('module' in source) {
      lockDown()
      return checkModule(await import(source.module))
    }
    // Our own code, which is read before the door is locked, and only where it is needed.
    const { stepsAdapter } = await import('../../../../adapters/steps/run/index.ts')
    lockDown()
    return stepsAdapter(source.steps) as unknown as Adapter
  } catch (error) {
    return error instanceof Error ? `it cannot be loaded: ${error.message}` : 'it cannot be loaded'
  }
}

function checkModule(module: { readonly default?: unknown }): Adapter | string {
  if (module.default === undefined) return 'it has no default export'
  const problem = adapterProblem(module.default)
  if (problem !== undefined) return problem
  const adapter = module.default as Adapter
  if (adapter.signedOut === undefined) {
    return 'isSignedOut is a function, which cannot run for every answer that passes: say it as data, signedOut: { redirectTo: ["/login"] }'
  }
  return adapter
}
