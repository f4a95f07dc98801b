import { existsSync, readFileSync } from 'node:fs'

const folder = new URL('../../../shared/vectors/', import.meta.url)

/** Why a test that reads these vectors is skipped here; false: they are there. Under CI they must be. */
export function vectorsMissing(suite: string): string | false {
  if (existsSync(new URL(`${suite}/`, folder))) return false
  if (process.env.CI === 'true') throw new Error(`the vectors ${suite} are missing`)
  return `the vectors ${suite} are not in this checkout`
}

export function readText(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}

export function readVectors<T>(file: string): T {
  return JSON.parse(readText(file)) as T
}
