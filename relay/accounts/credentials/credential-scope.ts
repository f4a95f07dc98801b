import { createHash } from 'node:crypto'
import type { SealRef } from '../../vault/index.ts'
import type { Account, Site } from '../contract.ts'

/**
 * Where an account's secrets may go: the site's own origins, over the scheme it was enrolled with (law 2). A site that signs in
 * over https gets no secret at an http origin of its own, where whoever sits on the way could have asked for it.
 */
export function secretOrigins({ origins, loginUrl }: Pick<Site, 'origins' | 'loginUrl'>): readonly string[] {
  return loginUrl.startsWith('https:') ? origins.filter((origin) => origin.startsWith('https:')) : origins
}

/**
 * Under what a credential is sealed. Beside owner and account it is bound to what decides where its secrets go, to the user name
 * and to its version: whoever can write the store but lacks the master key could otherwise send them to an origin, or past a
 * CA, of his own, or bring back an older password (laws 2 and 5). Each of these changes only when the secrets are sealed anew.
 */
export function credentialRef(
  account: Pick<Account, 'owner' | 'id' | 'username' | 'credentialVersion'>,
  site: Pick<Site, 'id' | 'origins' | 'loginUrl' | 'ca' | 'endpoints'>,
): SealRef {
  const bound = JSON.stringify([site.id, secretOrigins(site), site.ca ?? null, account.username, account.credentialVersion, ...unprovenEndpoints(site)])
  return { owner: account.owner, account: account.id, record: `credential ${createHash('sha256').update(bound).digest('base64url')}` }
}

/** Addresses that are sent secrets without proof of being the site: endpoints serve the first origin, and over http nothing proves them. */
function unprovenEndpoints({ endpoints = [], ...site }: Pick<Site, 'origins' | 'loginUrl' | 'endpoints'>): string[] {
  const [first = ''] = site.origins
  return first.startsWith('http:') && secretOrigins(site).includes(first) ? endpoints.map(({ address }) => address) : []
}

/** Under what a version is sealed that is no longer the present one: it does not open in its place. */
export function keptRef(...of: Parameters<typeof credentialRef>): SealRef {
  const ref = credentialRef(...of)
  return { ...ref, record: `previous ${ref.record}` }
}
