import type { Account, Site } from '../../accounts/index.ts'
import { decidePath } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import type { SiteRequest } from '../site-request.ts'

/** `path_denied` for a page that this account is kept off, whatever the method: what the site makes of another one is not known here. */
export function checkPath({ site, sender, target, head }: Pick<SiteRequest, 'site' | 'sender' | 'target' | 'head'>, account: Account): void {
  if (site.denyPaths === undefined && account.denyPaths === undefined) return
  const lists = { site: site.denyPaths, account: account.denyPaths }
  const denial = decidePath(lists, account.owner === sender.userId, { target: target.path, fields: head.fields })
  if (denial === undefined) return
  throw new RelayError('path_denied', { params: { site: site.id, path: denial.path, ...wordsOf(denial.whose, site, account) } })
}

function wordsOf(whose: 'site' | 'account', { id }: Site, { name }: Account): { whose: string; advice: string } {
  if (whose === 'site')
    return { whose: "the site's declaration", advice: `Who runs the relay may lift it: \`login-relay site edit ${id}\`, under \`denyPaths\`.` }
  return { whose: "the account's owner", advice: `The owner may lift it: \`login-relay account deny ${name}\`.` }
}
