import { pino } from 'pino'
import type { Test } from 'tap'
import { createNotices, type DeliveryOptions, type Notices } from '../../../relay/control/notices/index.ts'
import { createOutbound, type Mailer } from '../../../relay/outbound/index.ts'
import { openSecret } from '../../../relay/vault/open-secret.ts'
import { type OpenAudit, openAudit } from '../../audit/open-audit.ts'

export interface OpenNotices extends Pick<OpenAudit, 'audit' | 'store' | 'vault'> {
  readonly notices: Notices
  readonly logged: () => string
  close(): Promise<void>
}

interface Choices extends Partial<Pick<DeliveryOptions, 'webhooks' | 'webPush' | 'pauses' | 'keptFor'>> {
  readonly now?: () => number
  readonly mailer?: Mailer
  /** The audit alone: as a relay that is killed before it has told. */
  readonly listens?: boolean
}

/** A data directory with the audit and the notices that follow from it; webhooks go to this machine too unless said otherwise. */
export async function openNotices(
  t: Test,
  folder: string,
  { now = Date.now, listens = true, webhooks = 'private', webPush = 'on', mailer, pauses = [1, 1, 1], keptFor }: Choices = {},
): Promise<OpenNotices> {
  const { store, vault, audit, close: closeAudit } = await openAudit(t, folder, { now })
  const lines: string[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) })
  const outbound = createOutbound({ openSecret, lookup: async () => ['127.0.0.1'] })
  const accounts = { account: () => undefined }
  const identity = { listDevices: async () => [] }
  const delivery = {
    vault,
    outbound,
    mailer,
    webhooks,
    webPush,
    pauses,
    portalUrl: () => 'https://relay.example',
    sends: true,
    ...(keptFor === undefined ? {} : { keptFor }),
  }
  const notices = createNotices({ store, audit, accounts, identity, delivery, now, log })
  if (listens) await notices.start()
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    if (listens) await notices.stop()
    await outbound.stop()
    await closeAudit()
  }
  t.teardown(close)
  return { notices, audit, store, vault, logged: () => lines.join(''), close }
}
