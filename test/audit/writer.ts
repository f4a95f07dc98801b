/**
 * Records in the folder it is given, many at once, and prints the number of each record that was acknowledged, until it is killed or a
 * record is refused: then it prints why. Run by the tests in a process of its own.
 */
import { writeSync } from 'node:fs'
import { pino } from 'pino'
import { createAudit } from '../../relay/audit/index.ts'
import { isRelayError } from '../../relay/errors.ts'
import { createFileStore } from '../../relay/store/index.ts'
import { createVault } from '../../relay/vault/index.ts'

const [, , folder = ''] = process.argv
const store = createFileStore({ folder })
const vault = createVault({ store, masterKey: { source: 'file' }, folder, env: {} })
const audit = createAudit({ store, vault, folder, settings: { retentionDays: 30 }, log: pino({ level: 'silent' }) })
for (const room of [store, vault, audit]) await room.start()
writeSync(1, 'ready\n')

/** One after the other, beside others that do the same. */
async function write(): Promise<void> {
  for (;;) writeSync(1, `${await audit.record({ act: 'test.act', outcome: 'done', who: { kind: 'local' }, details: { filling: 'x'.repeat(150) } })}\n`)
}

try {
  await Promise.all([1, 2, 3, 4].map(write))
} catch (error) {
  writeSync(1, `refused ${isRelayError(error) ? error.code : String(error)}\n`)
}
for (const room of [audit, vault, store]) await room.stop().catch(() => {})
process.exit(0)
