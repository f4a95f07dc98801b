import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RelayError } from '../errors.ts'

/** An adapter of one's own, before it is loaded. */
export interface AdapterFile {
  /** As errors and lists name it: a file of the folder, or a package. */
  readonly from: string
  /** The module, or the file with the steps. */
  readonly path: string
  readonly kind: 'module' | 'steps'
  /** Files and folders with its code. */
  readonly readable: readonly string[]
  /** The folder that a package is installed in; undefined: it is a file of one's own. */
  readonly installedIn?: string
}

const packageName = /^login-relay-adapter-[a-z0-9._-]+$/

/**
 * The adapters in a folder: its files in order of their names, then the packages `login-relay-adapter-*` installed there. Of a path to
 * a file, that one alone. `adapter_unfit` when it cannot be read, `adapter_package_unfit` for a package that names no module.
 */
export async function listAdapterFiles(path: string): Promise<AdapterFile[]> {
  const isFile = (await stat(path).catch(() => undefined))?.isFile() === true
  if (!isFile) return listFolder(path)
  return (await listFolder(dirname(path))).filter(({ from }) => from === basename(path))
}

async function listFolder(folder: string): Promise<AdapterFile[]> {
  const names = await read(folder)
  const code = names.filter((name) => /\.(?:[cm]?js|[cm]?ts)$/.test(name)).map((name) => join(folder, name))
  // The files beside it, what they are made with, and what says how they are written; nothing else that lies in the folder.
  const readable = [...code, ...present(join(folder, 'package.json')), ...present(join(folder, 'node_modules')).map((path) => join(path, '*'))]
  const files = names.sort().flatMap((name): AdapterFile[] => {
    const path = join(folder, name)
    if (/^[._]/.test(name) || /\.(?:d|test)\.[cm]?ts$/.test(name)) return []
    if (/\.(?:[cm]?js|[cm]?ts)$/.test(name)) return [{ from: name, path, kind: 'module', readable }]
    return /\.steps\.ya?ml$/.test(name) ? [{ from: name, path, kind: 'steps', readable: [] }] : []
  })
  return [...files, ...(await listPackages(folder))]
}

async function listPackages(installedIn: string): Promise<AdapterFile[]> {
  const folder = join(installedIn, 'node_modules')
  const names = existsSync(folder) ? await readdir(folder) : []
  const scoped = await Promise.all(
    names.filter((name) => name.startsWith('@')).map(async (scope) => (await readdir(join(folder, scope))).map((name) => `${scope}/${name}`)),
  )
  const own = [...names, ...scoped.flat()].filter((name) => packageName.test(name.replace(/^@[^/]+\//, ''))).sort()
  return Promise.all(
    own.map(async (from): Promise<AdapterFile> => {
      const path = await entryOf(join(folder, from), { from, installedIn })
      return { from, path, kind: 'module', readable: [join(folder, '*')], installedIn }
    }),
  )
}

/** The module of a package: what it exports, else its main file. */
async function entryOf(folder: string, source: AdapterSource): Promise<string> {
  let manifest: { readonly exports?: unknown; readonly main?: unknown }
  try {
    manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  } catch (cause) {
    throw unfit(source, 'its package.json cannot be read', cause)
  }
  const entry = exported(manifest.exports) ?? manifest.main ?? 'index.js'
  if (typeof entry !== 'string') throw unfit(source, 'its package.json names no module')
  return join(folder, entry)
}

/** Node's package entry points: the condition `import`, else `default`. */
function exported(exports: unknown): unknown {
  if (typeof exports !== 'object' || exports === null) return exports
  const { '.': main, import: imported, default: standard } = exports as Record<string, unknown>
  return exported(main ?? imported ?? standard)
}

async function read(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    throw unfit({ from: folder }, 'the folder cannot be read', cause)
  }
}

function present(path: string): string[] {
  return existsSync(path) ? [path] : []
}

type AdapterSource = Pick<AdapterFile, 'from' | 'installedIn'>

/** Who wrote a file can correct it; who installed a package can install another version of it. */
export function unfit({ from, installedIn }: AdapterSource, problem: string, cause?: unknown): RelayError {
  const why = cause === undefined ? {} : { cause }
  if (installedIn === undefined) return new RelayError('adapter_unfit', { params: { file: from, problem }, ...why })
  return new RelayError('adapter_package_unfit', { params: { package: from, folder: installedIn, problem }, ...why })
}
