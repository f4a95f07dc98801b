import { pathToFileURL } from 'node:url'
import { type Adapter, builtInAdapters, readSteps } from '../../adapters/index.ts'
import { RelayError } from '../errors.ts'
import { type AdapterFile, listAdapterFiles, unfit } from './adapter-sources.ts'
import { type Isolated, type IsolationLimits, isolate } from './isolation/index.ts'

export interface LoadedAdapter {
  readonly adapter: Adapter
  /** `built in`, a file of the folder, or a package. */
  readonly from: string
}

export interface LoadedAdapters {
  readonly byName: ReadonlyMap<string, LoadedAdapter>
  /** Ends their processes. */
  stop(): Promise<void>
}

/**
 * The adapters by name: the built-in ones, which run in this process, then those of the folder, each in a process of its own.
 * `adapter_unfit` names the file and what is wrong with it, `adapter_package_unfit` the package.
 */
export async function loadAdapters(folder: string | undefined, limits: IsolationLimits): Promise<LoadedAdapters> {
  const byName = new Map<string, LoadedAdapter>(builtInAdapters.map((adapter) => [adapter.name, { adapter, from: 'built in' }]))
  const files = folder === undefined ? [] : await listAdapterFiles(folder)
  const loading = await Promise.allSettled(files.map((file) => load(file, limits)))
  const isolated = loading.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const stop = async () => void (await Promise.all(isolated.map((one) => one.stop())))
  try {
    for (const [index, outcome] of loading.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason
      const { adapter } = outcome.value
      const file = files[index] as AdapterFile
      if (byName.has(adapter.name)) throw unfit(file, `another adapter is called ${adapter.name} already`)
      byName.set(adapter.name, { adapter, from: file.from })
    }
    return { byName, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function load(file: AdapterFile, limits: IsolationLimits): Promise<Isolated> {
  try {
    if (file.kind === 'module') return await isolate({ source: { module: pathToFileURL(file.path).href }, readable: file.readable, limits })
    const { definition, facts } = readSteps(file.path)
    return await isolate({ source: { steps: definition }, readable: [], limits }, facts)
  } catch (error) {
    if (error instanceof RelayError || !(error instanceof Error)) throw error
    throw unfit(file, error.message, error)
  }
}
