import type { Relay } from '../../app.ts'
import { linkAddress } from '../../portal/index.ts'
import { moment, printNote } from '../verb/output.ts'

/**
 * Where a relay that was started has nobody yet: the link by which the first person comes in. Whoever has it will run the relay, so it
 * goes to who started it, on standard error, and never through the log.
 */
export async function printFirstRunLink({ identity, invites, portal }: Pick<Relay, 'identity' | 'invites' | 'portal'>): Promise<void> {
  if ((await identity.listUsers()).length > 0) return
  const made = await invites.makeFirst()
  if (made === undefined) return
  printNote('')
  printNote('Nobody can sign in to this relay yet. Open this to become its first person, who runs it:')
  printNote(`  ${linkAddress(portal.url(), made.token)}`)
  printNote(`It is good once, until ${moment(made.invite.expiresAt)}, or until the relay is started again. Show it to nobody.`)
}
