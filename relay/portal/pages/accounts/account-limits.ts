import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Account, type DenyPaths, type KeepAlivePolicy, keepAliveOf, type Site } from '../../../accounts/index.ts'
import { asRelayError } from '../../../errors.ts'
import { checkAccount } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { checkbox } from '../checkbox.ts'
import { type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { errorNote } from '../notes.ts'
import { type PageCall, takeForm } from '../page-route.ts'

/** What stands in the two forms. */
interface Written {
  readonly paths: string
  readonly owner: boolean
  readonly hold: 'site' | 'own' | 'off'
  readonly every: string
  readonly hours: string
  readonly page: string
}

/** What an account is kept off, and how its session is held open: as it is, and forms to change it. */
export function limitsCards(account: Account, site: Site | undefined, csrf: string): Html {
  const written = writtenOf(account)
  return html`<section class="card"><h2>Pages that clients are kept off</h2>${site?.denyPaths !== undefined && html`<p>By the site’s declaration, ${whom(site.denyPaths)}: ${pathList(site.denyPaths)}</p>`}
<p>${account.denyPaths === undefined ? html`By you: none.` : html`By you, ${whom(account.denyPaths)}: ${pathList(account.denyPaths)}`}</p>
<details><summary>Change this</summary>${pathsForm(account, written, csrf)}</details></section>
<section class="card"><h2>Holding its session open</h2><p>${holdingWords(keepAliveOf(account, site))}</p>
<details><summary>Change this</summary>${holdingForm(account, site, written, csrf)}</details></section>`
}

/** What the forms send. */
export function accountLimits(app: FastifyInstance, rooms: Rooms): void {
  const text = z.string().trim()
  takeForm(app, rooms, '/accounts/:id/deny-paths', { paths: text.max(60_000), owner: z.literal('on').optional() }, async (call) => {
    const { paths, owner } = call.form
    const wanted = paths.split(/\s+/).filter((path) => path !== '')
    const denyPaths = wanted.length === 0 ? undefined : { paths: wanted, ...(owner === 'on' ? { owner: true } : {}) }
    return settled(rooms, call, 'deny-paths', { paths, owner: owner === 'on' }, ({ id }) => rooms.accounts.setDenyPaths(id, denyPaths))
  })
  const fields = { hold: z.enum(['site', 'own', 'off']), every: text.max(10), hours: text.max(10), page: text.max(1000) }
  takeForm(app, rooms, '/accounts/:id/keep-alive', fields, async (call) => {
    const { hold, every, hours, page } = call.form
    const own = { everyMinutes: Number(every), hours: Number(hours), ...(page === '' ? {} : { page }) }
    const policy = hold === 'site' ? undefined : hold === 'off' ? hold : own
    return settled(rooms, call, 'keep-alive', call.form, ({ id }) => rooms.accounts.setKeepAlive(id, policy))
  })
}

/** Sets it and leads back; or shows the form again as it was written, with what is wrong. */
async function settled(
  rooms: Rooms,
  { principal, csrf, params }: PageCall<unknown>,
  what: 'deny-paths' | 'keep-alive',
  given: Partial<Written>,
  set: (account: Account) => Promise<Account>,
): Promise<Page | { goTo: string }> {
  const account = await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' })
  try {
    await set(account)
    return { goTo: `/accounts/${account.id}?done=${what}-set` }
  } catch (error) {
    const written = { ...writtenOf(account), ...given }
    const [title, form] =
      what === 'deny-paths'
        ? ['Pages that clients are kept off', pathsForm(account, written, csrf)]
        : ['Holding its session open', holdingForm(account, rooms.accounts.site(account.siteId), written, csrf)]
    return {
      title,
      place: 'accounts',
      status: asRelayError(error).status,
      body: html`<p><a href="/accounts/${account.id}">Back to <bdi>${account.name}</bdi></a></p><h1>${title}</h1>${errorNote(error)}<section class="card">${form}</section>`,
    }
  }
}

function writtenOf({ denyPaths, keepAlive }: Account): Written {
  const own = keepAlive === 'off' ? undefined : keepAlive
  return {
    paths: denyPaths?.paths.join('\n') ?? '',
    owner: denyPaths?.owner === true,
    hold: keepAlive === 'off' ? 'off' : own === undefined ? 'site' : 'own',
    every: own === undefined ? '' : String(own.everyMinutes),
    hours: own === undefined ? '' : String(own.hours),
    page: own?.page ?? '',
  }
}

function whom({ owner }: DenyPaths): string {
  return owner === true ? 'every device, yours too' : 'others who use it'
}

function pathList({ paths }: DenyPaths): Html {
  return html`${paths.map((path, at) => html`${at > 0 && ', '}<code>${path}</code>`)}.`
}

function holdingWords(policy: KeepAlivePolicy | undefined): Html {
  if (policy === undefined) return html`It is not: the site ends it as it does for anybody.`
  const { everyMinutes, hours, page } = policy
  return html`${everyMinutes === 1 ? 'A minute' : `${everyMinutes} minutes`} after the last request the site is asked for ${page === undefined ? 'the landing page' : html`<code>${page}</code>`}, until ${hours === 1 ? 'an hour' : `${hours} hours`} after it was used last.`
}

function pathsForm({ id }: Account, { paths, owner }: Written, csrf: string): Html {
  return html`<form method="post" action="/accounts/${id}/deny-paths">${csrfField(csrf)}
<div class="field"><label for="paths">Paths, a line each</label><textarea class="code" id="paths" name="paths" rows="4" spellcheck="false" autocapitalize="none" autocomplete="off" aria-describedby="paths-help">${paths}</textarea>
<small id="paths-help" class="quiet">Such as <code>/account/password</code>; what is below them too. <code>*</code> stands for one segment. Empty: none.</small></div>
${checkbox('owner', 'My own devices too', { hint: 'Otherwise those of others alone, who use the account with your leave.', isChecked: owner })}
<div class="actions"><button>Keep this</button></div></form>`
}

function holdingForm({ id }: Account, site: Site | undefined, { hold, every, hours, page }: Written, csrf: string): Html {
  const choice = (value: Written['hold'], words: string): Html =>
    html`<div class="check"><input id="hold-${value}" name="hold" type="radio" value="${value}"${hold === value && html` checked`}><label for="hold-${value}">${words}</label></div>`
  const number = (name: string, label: string, value: string): Html =>
    html`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" inputmode="numeric" pattern="[0-9]*" maxlength="4" autocomplete="off" value="${value}"></div>`
  return html`<form method="post" action="/accounts/${id}/keep-alive">${csrfField(csrf)}
${choice('off', 'Leave it to the site')}${choice('site', site?.keepAlive === undefined ? 'As the site’s declaration says, which is: not at all' : 'As the site’s declaration says')}${choice('own', 'As I say here, within what the declaration says')}
${number('every', 'Minutes after the last request, 1 to 1440', every)}${number('hours', 'Until so many hours after it was used last, 1 to 720', hours)}
<div class="field"><label for="page">Page to ask for</label><input id="page" name="page" maxlength="1000" autocomplete="off" autocapitalize="none" spellcheck="false" value="${page}" aria-describedby="page-help"><small id="page-help" class="quiet">A path of the site that changes nothing. Empty: the landing page.</small></div>
<div class="actions"><button>Keep this</button></div></form>`
}
