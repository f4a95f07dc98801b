import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import type { Audit } from '../audit/index.ts'
import {
  createDeviceCertificates,
  createIdentity,
  createInvites,
  createPairings,
  createPasskeys,
  createPhrases,
  createSecondFactors,
} from '../identity/index.ts'
import {
  recordedCertificates,
  recordedFactors,
  recordedIdentity,
  recordedInvites,
  recordedPairings,
  recordedPasskeys,
  recordedPhrases,
} from '../recorded/index.ts'
import type { Store } from '../store/index.ts'
import type { Vault } from '../vault/index.ts'

export interface PeopleOptions {
  readonly store: Store
  readonly vault: Vault
  readonly audit: Audit
  readonly settings: Config['identity']
  readonly now: () => number
  readonly log: Logger
}

/** The parts of `identity`: people, what they prove themselves with, their devices and pairings. Each act is on the record before it takes effect. */
export function wirePeople({ store, vault, audit, settings: { passwordAlone }, now, log }: PeopleOptions) {
  const secondFactors = recordedFactors(createSecondFactors({ store, vault, now }), audit)
  const phrases = recordedPhrases(createPhrases({ store, vault, now }), audit)
  const ownPasskeys = createPasskeys({ store, now })
  const passkeys = recordedPasskeys(ownPasskeys, audit)
  const identity = recordedIdentity(createIdentity({ store, secondFactors, passkeys: ownPasskeys, passwordAlone, now }), audit, now)
  const invites = recordedInvites(createInvites({ store, identity, passkeys, secondFactors, now }), audit)
  const deviceCertificates = recordedCertificates(createDeviceCertificates({ store, vault, identity, now }), identity, audit, now, log)
  const pairings = recordedPairings(createPairings({ identity, now }), audit)
  return { secondFactors, phrases, passkeys, identity, invites, deviceCertificates, pairings }
}
