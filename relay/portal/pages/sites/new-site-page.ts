import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { asRelayError, RelayError } from '../../../errors.ts'
import { checkAccess } from '../../access.ts'
import { enrolSite, lookAtSite } from '../../accounts/enrol-site.ts'
import { signInAndLearn } from '../../accounts/sign-in-and-learn.ts'
import type { Rooms } from '../../rooms.ts'
import { checkbox } from '../checkbox.ts'
import { type Content, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { errorNote, mendable, prose } from '../notes.ts'
import { type GoTo, type PageCall, showPage, takeForm } from '../page-route.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2000)

const enrolFields = {
  url,
  id: z.string().max(63),
  delivery: z.enum(['attach', 'handoff']),
  /** What was shown, parted by spaces. */
  origins: z.string().max(8000).optional(),
  username: z.string().max(500).optional(),
  password: z.string().max(4096).optional(),
  'try-wrong': z.literal('on').optional(),
}

/** Enrols a site: first a look at it, then the person's word; where he has an account there, a first sign-in. For who runs the relay. */
export function newSitePage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, { path: '/sites/new', fresh: true }, ({ principal, csrf }) => {
    checkAccess('operator', principal)
    return askForAddress(csrf, '')
  })

  takeForm(app, rooms, { path: '/sites/look', freshFrom: '/sites/new' }, { url: z.string().max(2000) }, async ({ principal, csrf, form }) => {
    checkAccess('operator', principal)
    const given = url.safeParse(form.url.trim())
    if (!given.success) {
      const error = new RelayError('bad_request', { params: { problem: 'the address must begin with https:// or http://' } })
      return { ...askForAddress(csrf, form.url, errorNote(error)), status: 400 }
    }
    return look(rooms, csrf, given.data)
  })

  takeForm(app, rooms, { path: '/sites/new', freshFrom: '/sites/new' }, enrolFields, async ({ principal, csrf, form }) => {
    checkAccess('operator', principal)
    try {
      return await enrol(rooms, principal, form)
    } catch (thrown) {
      const error = mendable(thrown)
      return { ...(await look(rooms, csrf, form.url, errorNote(error), form)), status: error.status }
    }
  })
}

async function enrol(rooms: Rooms, principal: PageCall['principal'], form: z.output<z.ZodObject<typeof enrolFields>>): Promise<GoTo> {
  const { username = '', password = '', origins } = form
  if ((username === '') !== (password === '')) {
    throw new RelayError('bad_request', { params: { problem: 'an account takes both a user name and a password' } })
  }
  const id = form.id.trim()
  const site = await enrolSite(rooms, {
    url: form.url,
    delivery: form.delivery,
    ...(id === '' ? {} : { id }),
    ...(origins === undefined ? {} : { origins: origins.split(' ').filter((origin) => origin !== '') }),
  })
  if (username === '') return { goTo: `/accounts/new?site=${encodeURIComponent(site.id)}&done=site-added` }
  const account = await rooms.accounts.addAccount({ owner: principal.user.id, siteId: site.id, username, secrets: { password } })
  signInAndLearn(rooms, account, { tryWrong: form['try-wrong'] === 'on' })
  return { goTo: `/accounts/${account.id}` }
}

async function look(rooms: Rooms, csrf: string, address: string, note?: Content, given: Given = {}): Promise<Page> {
  try {
    return showReport(csrf, address, await lookAtSite(rooms, { url: address }), note, given)
  } catch (thrown) {
    const error = asRelayError(thrown)
    if (error.code === 'internal') throw error
    return { ...askForAddress(csrf, address, errorNote(error)), status: error.status }
  }
}

function askForAddress(csrf: string, value: string, note?: Content): Page {
  return {
    title: 'Enrol a site',
    place: 'sites',
    body: html`<div class="narrow"><h1>Enrol a site</h1>
<p class="lead">Give the address of the site, or of its login page. The relay looks at it and shows what it found; it sends nothing there.</p>
${note}
<form class="card" method="post" action="/sites/look">${csrfField(csrf)}
<div class="field"><label for="url">Address of the site</label><input id="url" name="url" type="url" value="${value}" required maxlength="2000" placeholder="https://erp.example.com/" autocomplete="off"></div>
<button class="main">Look at it</button></form></div>`,
  }
}

/** What was typed before something was refused; a password is typed again. */
interface Given {
  readonly id?: string
  readonly username?: string | undefined
}

function showReport(
  csrf: string,
  address: string,
  { ok, found, origins, loginUrl, problem }: Awaited<ReturnType<typeof lookAtSite>>,
  note: Content,
  { id = '', username = '' }: Given,
): Page {
  if (!ok) {
    const text = problem === undefined ? 'The relay found no way to sign in there.' : problem.text
    const next = problem === undefined ? 'Open the site in a browser and give the address of the page with the password field.' : problem.next
    const told = html`<div class="note bad" role="alert"><p><strong>${prose(text)}</strong></p><p>${prose(next)}</p></div>
${found.length > 0 && html`<div class="card"><h2>What was found</h2>${foundList(found)}</div>`}`
    return { ...askForAddress(csrf, address, told), status: 422 }
  }
  const places = [...new Set([new URL(address).origin, ...origins])]
  return {
    title: 'Enrol a site',
    place: 'sites',
    body: html`<div class="narrow"><h1>Enrol this site?</h1>
${note}
<div class="card"><h2>What was found</h2>${foundList(found)}
<dl class="facts"><dt>Login page</dt><dd><bdi>${loginUrl}</bdi></dd><dt>Passwords go to</dt><dd><bdi>${places.join(', ')}</bdi> and nowhere else</dd></dl></div>
<form class="card" method="post" action="/sites/new">${csrfField(csrf)}<input type="hidden" name="url" value="${address}"><input type="hidden" name="origins" value="${places.join(' ')}">
<div class="field"><label for="id">Short name <span class="quiet">(optional)</span></label><input id="id" name="id" value="${id}" maxlength="63" pattern="[a-z0-9][a-z0-9.\\-]*" placeholder="erp" autocomplete="off" autocapitalize="none"><small>Small letters, digits, hyphens. Without it, one is made from the address.</small></div>
<div class="field"><label for="delivery">How the session reaches browsers</label><select id="delivery" name="delivery"><option value="attach">The proxy adds it on the way (safest)</option><option value="handoff">The browser gets the site's cookies</option></select></div>
<details${username !== '' && html` open`}><summary>Sign in there right away</summary>
<p class="quiet">With your account the relay signs in once, and learns from it by what signs this site tells that a sign-in has worked.</p>
<div class="field"><label for="username">User name at the site</label><input id="username" name="username" value="${username}" maxlength="500" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
<div class="field"><label for="password">Password at the site</label><input id="password" name="password" type="password" maxlength="4096" autocomplete="off"></div>
${checkbox('try-wrong', 'Also try a wrong password once', { hint: 'So that the relay knows what this site says to one. The site counts it as a failed attempt.', isField: true })}</details>
<div class="actions"><button class="main">Enrol it</button><a class="button" href="/sites/new">Another address</a></div></form></div>`,
  }
}

function foundList(found: readonly string[]): Content {
  return html`<ul>${found.map((line) => html`<li><bdi>${prose(line)}</bdi></li>`)}</ul>`
}
