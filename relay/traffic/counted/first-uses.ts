import type { Audit } from '../../audit/index.ts'
import type { AccountDecision } from '../../control/index.ts'
import type { SiteSession } from '../../sessions/index.ts'
import { actorOf } from '../requests/actor-of.ts'
import type { SiteRequest } from '../site-request.ts'

/** The first use of a session by a device is recorded before the request goes to the site; those after it are not, and do not wait. */
export class FirstUses {
  readonly #audit: Audit
  /** By session and device: true once it is recorded. */
  readonly #uses = new WeakMap<SiteSession, Map<string, Promise<void> | true>>()

  constructor(audit: Audit) {
    this.#audit = audit
  }

  /** Undefined: it is recorded. Otherwise resolves when it is; `audit_unwritable`. `allowed`: by what it may. */
  note(session: SiteSession, request: SiteRequest, allowed: AccountDecision | undefined): Promise<void> | undefined {
    const user = userOf(request, allowed)
    let devices = this.#uses.get(session)
    if (devices === undefined) {
      devices = new Map()
      this.#uses.set(session, devices)
    }
    const use = devices.get(user) ?? this.#record(session, request, devices, allowed)
    return use === true ? undefined : use
  }

  #record(session: SiteSession, request: SiteRequest, devices: Map<string, Promise<void> | true>, allowed: AccountDecision | undefined): Promise<void> {
    const deviceId = userOf(request, allowed)
    const { id: account, owner, siteId: site } = session.account
    const details = { session: session.id, ...(allowed?.grant === undefined ? {} : { grant: allowed.grant.id }) }
    const policy = allowed === undefined ? {} : { rule: allowed.rule, reason: allowed.reason }
    const use = this.#audit.record({ act: 'account.use', outcome: 'intent', ...actorOf(request), ...policy, account, owner, site, details }).then(
      () => void devices.set(deviceId, true),
      (error) => {
        devices.delete(deviceId)
        throw error
      },
    )
    devices.set(deviceId, use)
    return use
  }
}

/** A device uses it anew where another grant allows it. */
function userOf({ sender: { deviceId } }: SiteRequest, allowed: AccountDecision | undefined): string {
  return allowed?.grant === undefined ? deviceId : `${deviceId} ${allowed.grant.id}`
}
