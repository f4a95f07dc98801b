import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRelayError, RelayError } from '../../errors.ts'
import { ask } from '../secrets/read-secret.ts'
import type { RelayClient } from '../verb/client.ts'
import { printable, printJson, printLine, printNote } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { withRelay } from '../verb/verb.ts'
import { type DeclarationView, endpointInWords, type SiteView } from './site-view.ts'

interface Reloaded {
  readonly site: string
  readonly did: 'taken-over' | 'waits' | 'refused' | 'written'
  readonly changes?: readonly string[]
  readonly widens?: readonly string[]
  readonly digest?: string
  readonly problem?: { readonly text: string; readonly next: string }
}

/** `site show ID`: how it is enrolled; with `--yaml` its declaration. */
export async function showSite(id: string, options: CommonOptions & { readonly yaml?: boolean }): Promise<void> {
  const place = encodeURIComponent(id)
  await withRelay(options, async (relay) => {
    const declaration = await relay.call<DeclarationView>('GET', `/api/v1/declarations/${place}`)
    if (options.yaml === true) return void process.stdout.write(declaration.text)
    const site = await relay.call<SiteView>('GET', `/api/v1/sites/${place}`)
    if (options.json === true) return printJson({ ...site, declaration })
    const lines: readonly (readonly [string, string])[] = [
      ['Login page', site.loginUrl],
      ['Secrets go to', site.origins.join(', ')],
      ['Adapter', site.adapter],
      ['Delivery', site.delivery],
      ...(site.endpoints ?? []).map((endpoint) => ['Endpoint', endpointInWords(endpoint)] as const),
      ['Declaration', declaration.file],
    ]
    for (const [name, text] of lines) printLine(`${`${name}:`.padEnd(15)} ${printable(text)}`)
    showStanding(declaration)
  })
}

/** `site reload [ID]`: takes over what the files say; asks where secrets would go further. */
export async function reloadSites(id: string | undefined, options: CommonOptions & { readonly yes?: boolean }): Promise<void> {
  const only = id === undefined ? {} : { site: id }
  const results = await withRelay(options, async (relay) => {
    const done = await relay.call<Reloaded[]>('POST', '/api/v1/sites/reload', { ...only, ...(options.yes === true ? { yes: true } : {}) })
    const settled: Reloaded[] = []
    // One question at a time: a yes is to the one that stands there.
    for (const one of done) settled.push(one.did === 'waits' && process.stdin.isTTY && options.json !== true ? await confirmed(relay, one) : one)
    return settled
  })
  if (options.json === true) printJson(results)
  else if (results.length === 0) printLine('Every declaration says what is enrolled.')
  else for (const result of results) showReloaded(result)
  if (results.some(({ did }) => did === 'refused' || did === 'waits')) process.exitCode = 1
}

/** `site edit ID`: the declaration in the person's editor, taken over when it is left. */
export async function editSite(id: string, options: CommonOptions & { readonly yes?: boolean }): Promise<void> {
  const editor = process.env.VISUAL ?? process.env.EDITOR
  if (editor === undefined || editor === '') {
    throw new RelayError('usage', { params: { problem: 'No editor is named: set EDITOR, or edit the file that `site show` names.', verb: 'site edit' } })
  }
  await withRelay(options, async (relay) => {
    const before = await relay.call<DeclarationView>('GET', `/api/v1/declarations/${encodeURIComponent(id)}`)
    const folder = await mkdtemp(join(tmpdir(), 'login-relay-'))
    try {
      const file = join(folder, `${id}.yaml`)
      await writeFile(file, before.text)
      await edit(editor, file)
      const text = await readFile(file, 'utf8')
      if (text === before.text) return printLine('Nothing was changed.')
      await save(relay, id, text, options)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

async function save(relay: RelayClient, id: string, text: string, { yes, json }: CommonOptions & { readonly yes?: boolean }): Promise<void> {
  const path = `/api/v1/declarations/${encodeURIComponent(id)}`
  const send = (agreed: boolean) => relay.call<DeclarationView>('POST', path, { text, ...(agreed ? { yes: true } : {}) })
  let saved: DeclarationView
  try {
    saved = await send(yes === true)
  } catch (error) {
    if (!isRelayError(error, 'site_widens') || !process.stdin.isTTY) throw error
    printNote(error.message)
    if (!/^y(es)?$/i.test((await ask('Is that right? [y/N] ')).trim())) return printLine('The declaration stays as it was.')
    saved = await send(true)
  }
  if (json === true) printJson(saved)
  else printLine(`The declaration of ${printable(id)} is taken over.`)
}

/** What was shown is what is agreed to: the digest says so. */
async function confirmed(relay: RelayClient, waiting: Reloaded): Promise<Reloaded> {
  printNote(`${printable(waiting.site)}:`)
  for (const sentence of waiting.widens ?? []) printNote(`  ${printable(sentence)}`)
  if (!/^y(es)?$/i.test((await ask('Is that right? [y/N] ')).trim())) return waiting
  const [result] = await relay.call<Reloaded[]>('POST', '/api/v1/sites/reload', { site: waiting.site, digest: waiting.digest })
  return result ?? waiting
}

function showReloaded({ site, did, changes = [], widens = [], problem }: Reloaded): void {
  switch (did) {
    case 'taken-over':
      printLine(`${printable(site)}: taken over`)
      for (const change of changes) printLine(`  ${printable(change)}`)
      return
    case 'written':
      printLine(`${printable(site)}: its file was missing and is written anew`)
      return
    case 'refused':
      printNote(`${printable(site)}: ${printable(problem?.text ?? '')}`)
      printNote(`  ${printable(problem?.next ?? '')}`)
      return
    case 'waits':
      printNote(`${printable(site)}: waits for a yes (--yes), because`)
      for (const sentence of widens) printNote(`  ${printable(sentence)}`)
  }
}

function showStanding({ declared, changes, problem }: DeclarationView): void {
  if (declared === 'missing') printNote('The file is gone; `login-relay site reload` writes it anew.')
  if (declared === 'invalid') printNote(printable(problem ?? 'The declaration is not valid.'))
  if (changes.length > 0)
    printNote(`The declaration says something else; \`login-relay site reload\` takes it over${declared === 'waits' ? ' when you say yes' : ''}:`)
  for (const change of changes) printNote(`  ${printable(change)}`)
}

/** The editor may come with options: `code --wait`. */
async function edit(editor: string, file: string): Promise<void> {
  const [program = '', ...words] = editor.split(/\s+/)
  const child = spawn(program, [...words, file], { stdio: 'inherit' })
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  }).catch((cause: unknown) => {
    throw new RelayError('usage', { params: { problem: `The editor ${program} cannot be started.`, verb: 'site edit' }, cause })
  })
  if (status !== 0) throw new RelayError('usage', { params: { problem: 'The editor did not end well; nothing was changed.', verb: 'site edit' } })
}
