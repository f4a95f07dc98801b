import { existsSync, realpathSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const extension = extname(import.meta.url)
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The program of an adapter's process. */
export const childProgram: string = fileURLToPath(new URL(`./child/main${extension}`, import.meta.url))

/**
 * The arguments of Node for an adapter's process. Node's permission model refuses files, processes, threads, addons and the
 * inspector; the code that is needed may be read until the adapter is loaded. No code is made from strings, and what all
 * code stands on (`Object.prototype` and the like) does not change: the process's own program keeps its meaning.
 *
 * @param readable files and folders with the adapter's own code
 * @param megabytes of the heap
 */
export function nodeArguments(readable: readonly string[], megabytes: number): string[] {
  return [
    '--permission',
    ...[...ownCode(), ...readable.map((path) => realPath(path))].map((path) => `--allow-fs-read=${path}`),
    '--frozen-intrinsics',
    '--disallow-code-generation-from-strings',
    '--disable-proto=delete',
    `--max-old-space-size=${megabytes}`,
    '--no-warnings',
  ]
}

/** Code of the relay that runs there, and the libraries it is made with. No data is in these folders. */
function ownCode(): string[] {
  // Beside the sources in a checkout, one folder further up in the built package.
  const packageFiles = [join(root, 'package.json'), join(root, '..', 'package.json')].filter((path) => existsSync(path))
  const libraries = new Set([...foldersAbove(root), ...usedLibraries.map(realLibraries)].map((folder) => join(folder, '*')))
  return [...['adapters', 'config', 'relay'].map((folder) => join(root, folder, '*')), ...packageFiles, ...libraries]
}

const usedLibraries = ['zod', 'parse5', 'css-select', 'fontoxpath', 'yaml', '@noble/curves/abstract/weierstrass.js']

/** Every `node_modules` in which Node looks for what a file of this folder imports. */
function foldersAbove(folder: string): string[] {
  const here = join(folder, 'node_modules')
  const above = dirname(folder) === folder ? [] : foldersAbove(dirname(folder))
  return existsSync(here) ? [here, ...above] : above
}

/** The `node_modules` in which a library really is, where links lead to it. */
function realLibraries(name: string): string {
  const [before = ''] = fileURLToPath(import.meta.resolve(name)).split(/(?<=[\\/]node_modules)[\\/]/)
  return before
}

/** As Node sees it: the file behind a link. A pattern stays one. */
function realPath(path: string): string {
  return path.endsWith('*') ? join(realpathSync(path.slice(0, -1)), '*') : realpathSync(path)
}
