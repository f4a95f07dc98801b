/**
 * Tells a notice in the folder it is given, to the browser it is given, says so when it is stored, and waits to be killed. Its mail server takes a code, and answers
 * nothing else. Run in a process of its own.
 */
import { writeSync } from 'node:fs'
import { pino } from 'pino'
import { createAudit } from '../../../relay/audit/index.ts'
import { createNotices } from '../../../relay/control/notices/index.ts'
import { createOutbound } from '../../../relay/outbound/index.ts'
import { createFileStore } from '../../../relay/store/index.ts'
import { createVault } from '../../../relay/vault/index.ts'
import { openSecret } from '../../../relay/vault/open-secret.ts'
import { codeIn } from './receivers.ts'

const [, , folder = '', browser] = process.argv
const log = pino({ level: 'silent' })
const store = createFileStore({ folder })
const vault = createVault({ store, masterKey: { source: 'file' }, folder, env: {} })
const audit = createAudit({ store, vault, folder, settings: { retentionDays: 30 }, log })
const outbound = createOutbound({ openSecret })
let code = ''
const mailer = ({ text }: { readonly text: string }) => {
  code = codeIn(text) ?? ''
  return code === '' ? new Promise<never>(() => {}) : Promise.resolve()
}
const delivery = { vault, outbound, mailer, webhooks: 'private' as const, webPush: 'on' as const, portalUrl: () => 'https://relay.example', sends: true }
const notices = createNotices({ store, audit, accounts: { account: () => undefined }, identity: { listDevices: async () => [] }, delivery, log })
for (const room of [store, vault, audit, notices]) await room.start()
await notices.setMail('u1', { address: 'ann@example.com', groups: ['use'] })
await notices.confirmMail('u1', code)
if (browser !== undefined) await notices.addBrowser('u1', JSON.parse(browser))
await notices.tell({ owner: 'u1', kind: 'session-taken', site: 'erp', by: { kind: 'device', name: 'ann' } })
writeSync(1, 'told\n')
setInterval(() => {}, 60_000)
