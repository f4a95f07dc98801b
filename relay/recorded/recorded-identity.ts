import type { AccountChoices } from '../accounts/index.ts'
import type { Audit } from '../audit/index.ts'
import { hashToken, type Identity, type Invite, type Invites, type Pairings, type Passkeys, type Phrases, type SecondFactors } from '../identity/index.ts'
import { type Acts, recorded } from './recorded.ts'
import { recordedSignIns } from './recorded-sign-ins.ts'

/** People, their sign-ins at the portal, and their devices. */
export function recordedIdentity(identity: Identity, audit: Audit, now: () => number): Identity {
  return recorded(
    identity,
    audit,
    {
      addUser: ({ name, role }) => ({ act: 'user.add', details: { name, role }, told: ({ id }) => ({ details: { name, role, user: id } }) }),
      disableUser: (user) => ({ act: 'user.disable', ends: true, details: { user } }),
      enableUser: (user) => ({ act: 'user.enable', details: { user } }),
      addDevice: (owner, name) => ({ act: 'device.add', owner, details: { name }, told: ({ device }) => ({ device: device.id }) }),
      revokeDevice: async (device) => ({ act: 'device.revoke', ends: true, device, ...(await ownerOfDevice(identity, device)) }),
      verifyAgain: ({ principal }) => ({ act: 'portal.verify', owner: principal.user.id }),
      verifyByPasskey: ({ principal }) => ({ act: 'portal.verify', owner: principal.user.id, details: { by: 'passkey' } }),
      resetPassword: (user) => ({ act: 'user.reset-password', owner: user }),
      resetToPasskey: (user) => ({ act: 'user.reset-password', owner: user, details: { by: 'passkey' } }),
      addPassword: ({ principal }) => ({ act: 'user.add-password', owner: principal.user.id }),
      removePasskey: (owner, passkey) => ({ act: 'user.remove-passkey', owner, details: { passkey } }),
      changePassword: ({ principal }) => ({ act: 'user.change-password', owner: principal.user.id }),
      endPortalSession: (session) => ({ act: 'portal.session-end', ends: true, ...ownOf(identity.portalSessionOwner(session)), details: { session } }),
    },
    recordedSignIns(identity, audit, now),
  )
}

/** What people answer to terminals that ask to be paired. */
export function recordedPairings(pairings: Pairings, audit: Audit): Pairings {
  return recorded(pairings, audit, {
    approve: (_, { user }, { name, accounts, milliseconds }) => {
      const details = { name, accounts: accounts.join(' '), minutes: milliseconds / 60_000 }
      return {
        act: 'device.pair',
        owner: user.id,
        details,
        told: ({ id, paired }) => ({ device: id, details: { ...details, address: paired?.address ?? '', agent: paired?.agent ?? '' } }),
      }
    },
    refuse: (_, { user }) => ({ act: 'device.refuse-pairing', owner: user.id, told: ({ address, agent }) => ({ details: { address, agent } }) }),
  })
}

export function recordedChoices(choices: AccountChoices, identity: Identity, audit: Audit): AccountChoices {
  return recorded(choices, audit, {
    choose: async (device, { id, siteId }) => ({ act: 'device.choose', device, account: id, site: siteId, ...(await ownerOfDevice(identity, device)) }),
    forget: async (device, site) => ({ act: 'device.forget-choice', device, site, ...(await ownerOfDevice(identity, device)) }),
  })
}

/** Who invites whom, who takes it, and what is withdrawn. A link is known by the hash of its token in each of these. */
export function recordedInvites(invites: Invites, audit: Audit): Invites {
  const find = async (isMeant: (invite: Invite) => boolean) => {
    // What withdraws is not refused for want of its record (law 7).
    const waiting = await invites.list().catch((): readonly Invite[] => [])
    return waiting.find(isMeant)
  }
  const withdrawal = (id: string, found: Invite | undefined) => ({
    act: 'invite.withdraw',
    ...(found?.kind === 'reset' ? { owner: found.userId } : {}),
    details: { ...(found === undefined ? {} : { name: found.name }), invite: audit.fingerprint(id) },
  })
  const acts: Acts<Invites> = {
    make: ({ name, role }) => ({
      act: 'invite.make',
      details: { name, role },
      told: ({ invite }) => ({ details: { name, role, invite: audit.fingerprint(invite.id), until: invite.expiresAt } }),
    }),
    makeFirst: () => ({
      act: 'invite.make',
      details: { role: 'admin', first: true },
      told: (made) =>
        made === undefined ? {} : { details: { role: 'admin', first: true, invite: audit.fingerprint(made.invite.id), until: made.invite.expiresAt } },
    }),
    makeForPassword: ({ id, name }) => ({
      act: 'user.password-link',
      owner: id,
      details: { name },
      told: ({ invite }) => ({ details: { name, invite: audit.fingerprint(invite.id), until: invite.expiresAt } }),
    }),
    redeem: (token, { by }) => {
      const details = { invite: audit.fingerprint(hashToken(token)), by: 'password' in by ? 'password' : 'passkey' }
      return { act: 'invite.redeem', details, told: ({ id, name }) => ({ owner: id, details: { name, ...details } }) }
    },
    withdraw: async (id) => ({ ...withdrawal(id, await find((invite) => invite.id === id)), ends: true }),
  }
  return recorded(invites, audit, acts, {
    // Asked of everybody whose things are ended: who has no such link has none withdrawn.
    withdrawReset: async (userId) => {
      const found = await find(({ kind, userId: whose }) => kind === 'reset' && whose === userId)
      const withdraw = () => invites.withdrawReset(userId)
      if (found === undefined) return withdraw()
      return audit.end(withdrawal(found.id, found), withdraw, (isDone) => (isDone ? {} : { outcome: 'refused', error: 'not_found' }))
    },
  })
}

export function recordedFactors(factors: SecondFactors, audit: Audit): SecondFactors {
  return recorded(factors, audit, {
    confirm: (owner) => ({ act: 'user.add-second-factor', owner }),
    renewRecoveryCodes: (owner) => ({ act: 'user.renew-recovery-codes', owner }),
    remove: (owner) => ({ act: 'user.remove-second-factor', owner }),
  })
}

/** What a person does about the phrase by which he knows the sign-in page. The phrase itself is not told. */
export function recordedPhrases(phrases: Phrases, audit: Audit): Phrases {
  return recorded(phrases, audit, {
    choose: (owner) => ({ act: 'user.choose-phrase', owner }),
    letShow: (owner) => ({ act: 'user.show-phrase', owner }),
    forget: (owner) => ({ act: 'user.forget-phrase', owner }),
  })
}

export function recordedPasskeys(passkeys: Passkeys, audit: Audit): Passkeys {
  return recorded(passkeys, audit, {
    add: ({ id }, { name }) => ({ act: 'user.add-passkey', owner: id, details: { name }, told: (passkey) => ({ details: { name, passkey: passkey.id } }) }),
    keep: (owner, { name }) => ({ act: 'user.add-passkey', owner, details: { name }, told: (passkey) => ({ details: { name, passkey: passkey.id } }) }),
    remove: (owner, passkey) => ({ act: 'user.remove-passkey', owner, details: { passkey } }),
  })
}

export async function ownerOfDevice(identity: Identity, id: string): Promise<{ owner?: string }> {
  return ownOf((await identity.listDevices()).find((device) => device.id === id)?.userId)
}

function ownOf(owner: string | undefined): { owner?: string } {
  return owner === undefined ? {} : { owner }
}
