import { createHash } from 'node:crypto'
import { open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Document, isMap, parseDocument, stringify } from 'yaml'
import { RelayError } from '../../errors.ts'
import type { Declaration } from './declaration.ts'

/** What a person reads above each key. */
const comments: Readonly<Partial<Record<keyof Declaration, string>>> = {
  login: 'Where signing in starts.',
  landing: 'Where a person lands after signing in.',
  origins: 'Secrets go to these origins and nowhere else. Another one needs a yes.',
  networks: 'Kinds of address they may resolve to: public, private, loopback.',
  adapter: 'How the site signs in; docs/adapters.md lists the settings of each adapter.',
  delivery: 'attach: the proxy adds the session on the way; handoff: the client gets the cookies.',
  cookies: 'By name: managed, phantom, copied, relayed or suppressed; docs/proxy.md.',
  denyPaths: 'Paths that borrowed accounts are kept off; with `owner: true` the owner himself too.',
  keepAlive: 'Holds sessions open that nobody uses, as far as their owners let it; docs/proxy.md.',
  upstreamProxy: 'The proxy by which the relay reaches it; docs/proxy.md.',
  endpoints: 'Servers of the first origin, at other addresses; docs/sites.md.',
  health: 'How it is found out which of them work.',
  ca: 'The private CA that vouches for the site.',
  seen: 'What the login page looked like; `site check` says what has changed since.',
}

/** A declaration as it is written the first time. */
export function declarationText(id: string, declaration: Declaration): string {
  const head = `# The site ${id}: where it is, and how login-relay signs in there. It is yours to edit:\n# \`login-relay site reload\` takes it over. docs/sites.md says what every key means.\n`
  const keys = Object.keys(declaration) as (keyof Declaration)[]
  const parts = keys.map((key) => `${comments[key] === undefined ? '' : `\n# ${comments[key]}\n`}${yamlOf({ [key]: declaration[key] })}`)
  return head + parts.join('')
}

/** The same file with other values: keys that stay as they are keep their place and their comments. */
export function editedText(id: string, text: string, before: Declaration, after: Declaration): string {
  const document: Document = parseDocument(text)
  if (document.errors.length > 0 || !isMap(document.contents)) return declarationText(id, after)
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Declaration>) {
    if (JSON.stringify(before[key]) === JSON.stringify(after[key])) continue
    if (after[key] === undefined) document.delete(key)
    else document.set(key, document.createNode(after[key]))
  }
  return document.toString({ lineWidth: 0 })
}

function yamlOf(value: unknown): string {
  return stringify(value, { lineWidth: 0 })
}

/** Tells one content of a file from another. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** undefined: there is none. `declaration_unreadable`. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusable(path, 'read', cause)
  }
}

/** The whole file or none of it. `declaration_unreadable`. */
export async function writeText(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.new`)
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    throw unusable(path, 'written', cause)
  }
}

export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(path, 'removed', cause)
  }
}

export function unusable(file: string, what: string, cause: unknown): RelayError {
  return new RelayError('declaration_unreadable', { params: { file, what }, cause })
}
