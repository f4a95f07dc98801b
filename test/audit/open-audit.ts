import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Test } from 'tap'
import { type Audit, type AuditOptions, createAudit } from '../../relay/audit/index.ts'
import { createFileStore, type Store } from '../../relay/store/index.ts'
import { createMasterKey, createVault, type Vault } from '../../relay/vault/index.ts'

export interface OpenAudit {
  readonly audit: Audit
  readonly store: Store
  readonly vault: Vault
  readonly logged: () => string
  close(): Promise<void>
}

type Choices = Partial<Pick<AuditOptions, 'fileBytes' | 'now' | 'settings'>>

/** The audit of a data directory, with a real store and vault; made where there is none. */
export async function openAudit(t: Test, folder: string, choices: Choices = {}): Promise<OpenAudit> {
  const lines: string[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) })
  if ((await readdir(folder)).length === 0) await createMasterKey({ source: 'file' }, folder)
  const store = createFileStore({ folder })
  const vault = createVault({ store, masterKey: { source: 'file' }, folder, env: {} })
  const audit = createAudit({ store, vault, folder, settings: { retentionDays: 30 }, log, ...choices })
  const rooms = [store, vault, audit]
  for (const room of rooms) await room.start()
  const close = async () => {
    for (const room of rooms.splice(0).reverse()) await room.stop()
  }
  t.teardown(close)
  return { audit, store, vault, logged: () => lines.join(''), close }
}

/** Writes so many records, one after the other. */
export async function writeSome(audit: Audit, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) await audit.record({ act: 'test.act', outcome: 'done', who: { kind: 'local' }, details: { i } })
}

export async function auditFiles(folder: string): Promise<string[]> {
  return (await readdir(join(folder, 'audit'))).sort()
}

/** Rewrites the lines of a file of the audit, as somebody would who has the folder. */
export async function tamper(folder: string, change: (lines: string[]) => string[], which = 0): Promise<void> {
  const path = join(folder, 'audit', (await auditFiles(folder))[which] ?? '')
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1)
  await writeFile(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  )
}
