import type { Signs } from '../../../adapters/index.ts'
import { signInWords } from '../../../adapters/index.ts'
import type { Account, Site } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import { learnSigns, type SignInTrace } from '../../login/index.ts'
import type { Rooms } from '../rooms.ts'

export interface Learned {
  /** In plain words; none: nothing told the two apart. */
  readonly success: readonly string[]
  readonly denied: readonly string[]
  /** The adapter goes by its protocol: there are no signs to learn. */
  readonly byProtocol: boolean
  /** The adapter asks an address that only the signed-in may see. */
  readonly ownCheck: boolean
  /** They are in the declaration now. */
  readonly written: boolean
  /** A wrong password was tried, and refused in a way that was seen. */
  readonly refusalSeen: boolean
}

/**
 * Learns by what a sign-in at this site is told, from the account's last sign-in that worked, or one made now; with `tryWrong`, from one
 * with a wrong password too, which the site counts as a failed attempt. Writes the signs into the declaration. Errors of a sign-in.
 */
export async function learnFrom(rooms: Rooms, account: Account, { tryWrong }: { readonly tryWrong: boolean }): Promise<Learned> {
  const site = knownSite(rooms, account.siteId)
  if (!takesSigns(rooms, site, {})) return { success: [], denied: [], byProtocol: true, ownCheck: false, written: false, refusalSeen: false }
  const right = await traceOf(rooms, account)
  const wrong = tryWrong ? await signInWrongly(rooms, site, account) : undefined
  const signs = right === undefined ? {} : learnSigns(right, wrong?.trace)
  return {
    success: (signs.success ?? []).map(signInWords),
    denied: (signs.denied ?? []).map(signInWords),
    byProtocol: false,
    ownCheck: settingsOf(rooms, site, {})?.check !== undefined,
    written: await write(rooms, site, signs),
    refusalSeen: wrong?.isRefused === true,
  }
}

async function traceOf({ login, sessions }: Rooms, { id }: Account): Promise<SignInTrace | undefined> {
  const present = login.traceOf(id)
  if (present !== undefined) return present
  await sessions.ensure(id, { fresh: true })
  return login.traceOf(id)
}

/** Nobody is asked for a captcha or a code so that a wrong password can be tried. */
function signInWrongly({ login }: Rooms, site: Site, account: Account): ReturnType<Rooms['login']['tryWrong']> {
  const nobody = () => Promise.reject(new RelayError('captcha_pending', { params: { site: site.id } }))
  return login.tryWrong({ site, account, ask: nobody, signal: AbortSignal.timeout(120_000) })
}

/** A list that was not learned stays as it is. */
async function write(rooms: Rooms, site: Site, signs: Signs): Promise<boolean> {
  if (Object.keys(signs).length === 0) return false
  const all = { ...(site.settings.signs as Signs | undefined), ...signs }
  if (!takesSigns(rooms, site, all)) return false
  const { createdAt: _, ...kept } = site
  await rooms.declarations.replace({ ...kept, settings: { ...site.settings, signs: all } })
  return true
}

/** Do the settings of its adapter know signs? */
function takesSigns(rooms: Rooms, site: Site, signs: Signs): boolean {
  return settingsOf(rooms, site, signs) !== undefined
}

/** As the adapter has them, with its own defaults. Undefined: it would not take them. */
function settingsOf({ login }: Rooms, { adapter, settings }: Site, signs: Signs): Readonly<Record<string, unknown>> | undefined {
  const read = login.settingsSchema(adapter)?.safeParse({ ...settings, signs })
  return read?.success === true ? (read.data as Readonly<Record<string, unknown>>) : undefined
}

function knownSite({ accounts }: Rooms, id: string): Site {
  const site = accounts.site(id)
  if (site === undefined) throw new RelayError('site_unknown', { params: { site: id } })
  return site
}
