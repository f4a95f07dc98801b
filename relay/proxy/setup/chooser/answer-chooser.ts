import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Site } from '../../../accounts/index.ts'
import { runAs } from '../../../audit/index.ts'
import { isPaired } from '../../../control/index.ts'
import { asRelayError, RelayError } from '../../../errors.ts'
import { actorOf, giveContinue, type RequestHead, respondError, type Target } from '../../../traffic/index.ts'
import { usableAccounts } from '../../device/choose-account.ts'
import { type DevicePrincipal, nameOf } from '../../device/device-credentials.ts'
import type { Rooms } from '../../rooms.ts'
import { respondSetup } from '../respond-setup.ts'
import { chooserPath, readBack } from './chooser-address.ts'
import { choicesHtml, chooserHtml, type OfferedSite } from './chooser-html.ts'
import { readChoice } from './read-choice.ts'

export interface ChooserRequest {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly head: RequestHead
  readonly target: Target
  readonly principal: DevicePrincipal
}

/** `http://relay.pac/accounts`: which account this device uses at a site; GET shows it, POST from that page changes it. */
export async function answerChooser(rooms: Rooms, request: ChooserRequest): Promise<void> {
  const { req, res, head, target, principal } = request
  try {
    if (req.method === 'GET' || req.method === 'HEAD') await show(rooms, request)
    else if (req.method === 'POST') await runAs(actorOf({ req, head, sender: nameOf(principal) }), () => choose(rooms, request))
    else throw new RelayError('method_not_allowed', { params: { method: req.method ?? '', allowed: 'GET, POST' } })
  } catch (thrown) {
    const error = asRelayError(thrown)
    rooms.traffic.counts.refused(error, { req, head, target, sender: nameOf(principal) })
    respondError(res, error, { html: head.isNavigation, portalUrl: rooms.portalUrl(), close: !req.complete })
  }
}

async function show(rooms: Rooms, { res, target, principal }: ChooserRequest): Promise<void> {
  const query = queryOf(target)
  const named = query.get('site')
  if (named === null) {
    const sites = (await rooms.accounts.listSites()).map((site) => offer(rooms, principal, site)).filter(hasChoice)
    return respondSetup(res, 'text/html; charset=utf-8', choicesHtml(sites, principal.device.name))
  }
  const site = rooms.accounts.site(named)
  const offered = site && offer(rooms, principal, site)
  // A site where he has no account is for him one that does not exist.
  if (offered === undefined || offered.accounts.length === 0) throw new RelayError('site_unknown', { params: { site: named } })
  respondSetup(res, 'text/html; charset=utf-8', chooserHtml(offered, principal.device.name))
}

async function choose(rooms: Rooms, { req, res, head, target, principal }: ChooserRequest): Promise<void> {
  const { accounts, choices, pageTokens } = rooms
  if (head.expectsContinue) giveContinue(res)
  const choice = await readChoice(req, head)
  if (!pageTokens.isOf(choice.token, principal.device.id, choice.siteId)) throw new RelayError('form_stale')
  const site = accounts.site(choice.siteId)
  if (site === undefined) throw new RelayError('site_unknown', { params: { site: choice.siteId } })
  if (choice.account === undefined) {
    await choices.forget(principal.device.id, site.id)
    return goTo(res, chooserPath)
  }
  const usable = usableAccounts(rooms, principal, site).find(({ account }) => account.id === choice.account)
  if (usable === undefined) throw new RelayError('account_unknown', { params: { account: choice.account } })
  await choices.choose(principal.device.id, usable.account)
  goTo(res, readBack(queryOf(target).get('back'), site) ?? chooserPath)
}

function offer(rooms: Rooms, principal: DevicePrincipal, site: Site): OfferedSite {
  const { choices, pageTokens } = rooms
  const chosenId = choices.of(principal.device.id, site.id)
  return {
    id: site.id,
    host: new URL(site.origins[0] as string).host,
    token: pageTokens.of(principal.device.id, site.id),
    accounts: usableAccounts(rooms, principal, site).map(({ account: { id, name, username, attention }, lentBy }) => ({
      id,
      name,
      ...(lentBy !== undefined ? { lentBy } : isPaired(principal) ? {} : { username }),
      isChosen: id === chosenId,
      needsAttention: attention !== undefined,
    })),
  }
}

/** One of his own is used without a word; one that is lent, only where he chose it. */
function hasChoice({ accounts: [first, ...more] }: OfferedSite): boolean {
  return more.length > 0 || first?.lentBy !== undefined
}

function queryOf({ path }: Target): URLSearchParams {
  const mark = path.indexOf('?')
  return new URLSearchParams(mark < 0 ? '' : path.slice(mark + 1))
}

/** 303: the browser fetches it with GET (RFC 9110 section 15.4.4). */
function goTo(res: ServerResponse, location: string): void {
  res.writeHead(303, ['Location', location, 'Content-Length', '0', 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer']).end()
}
