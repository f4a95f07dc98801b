import { AsyncLocalStorage } from 'node:async_hooks'
import type { AuditEntry, From, Who } from './contract.ts'

/** Who is at work, and what allowed it: filled in while a request is looked at, read by what is recorded on its way. */
export interface Actor {
  who: Who
  from?: From
  /** The rule of `relay/control` that allowed it. */
  rule?: string
  reason?: string
  /** What a rule did not allow. */
  refusal?: Omit<AuditEntry, 'outcome'>
}

const actors = new AsyncLocalStorage<Actor>()

/** Whatever this call sets going is done by that actor. */
export function runAs<T>(actor: Actor, work: () => T): T {
  return actors.run(actor, work)
}

/** Undefined: nobody asked for it, the relay does it by itself. */
export function presentActor(): Actor | undefined {
  return actors.getStore()
}
