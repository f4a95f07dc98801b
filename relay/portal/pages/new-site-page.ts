import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { asRelayError, RelayError } from '../../errors.ts'
import { checkAccess } from '../access.ts'
import { enrolSite, lookAtSite } from '../enrol-site.ts'
import type { Rooms } from '../rooms.ts'
import { type Content, html } from './html.ts'
import { csrfField, type Page } from './layout.ts'
import { errorNote, prose } from './notes.ts'
import { showPage, takeForm } from './page-route.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2000)

/** Enrols a site: first a look at it, then the person's word. For who runs the relay. */
export function newSitePage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/sites/new', ({ principal, csrf }) => {
    checkAccess('operator', principal)
    return askForAddress(csrf, '')
  })

  takeForm(app, rooms, '/sites/look', { url: z.string().max(2000) }, async ({ principal, csrf, form }) => {
    checkAccess('operator', principal)
    const given = url.safeParse(form.url.trim())
    if (!given.success) {
      const error = new RelayError('bad_request', { params: { problem: 'the address must begin with https:// or http://' } })
      return { ...askForAddress(csrf, form.url, errorNote(error)), status: 400 }
    }
    try {
      return showReport(csrf, given.data, await lookAtSite(rooms, { url: given.data }))
    } catch (thrown) {
      const error = asRelayError(thrown)
      if (error.code === 'internal') throw error
      return { ...askForAddress(csrf, given.data, errorNote(error)), status: error.status }
    }
  })

  takeForm(app, rooms, '/sites/new', { url, id: z.string().max(63), delivery: z.enum(['attach', 'handoff']) }, async ({ principal, form }) => {
    checkAccess('operator', principal)
    const id = form.id.trim()
    const site = await enrolSite(rooms, { url: form.url, delivery: form.delivery, ...(id === '' ? {} : { id }) })
    return { goTo: `/accounts/new?site=${encodeURIComponent(site.id)}&done=site-added` }
  })
}

function askForAddress(csrf: string, value: string, note?: Content): Page {
  return {
    title: 'Enrol a site',
    place: 'accounts',
    body: html`<div class="narrow"><h1>Enrol a site</h1>
<p class="lead">Give the address of the site's login page. The relay looks at it and shows what it found; it sends nothing there.</p>
${note}
<form class="card" method="post" action="/sites/look">${csrfField(csrf)}
<div class="field"><label for="url">Address of the login page</label><input id="url" name="url" type="url" value="${value}" required maxlength="2000" placeholder="https://erp.example.com/login" autocomplete="off"></div>
<button class="main">Look at it</button></form></div>`,
  }
}

function showReport(csrf: string, address: string, { ok, found, origins, loginUrl, problem }: Awaited<ReturnType<typeof lookAtSite>>): Page {
  if (!ok) {
    const text = problem === undefined ? 'The relay found no way to sign in there.' : problem.text
    const next = problem === undefined ? 'Open the site in a browser and give the address of the page with the password field.' : problem.next
    const note = html`<div class="note bad" role="alert"><p><strong>${text}</strong></p><p>${next}</p>${found.length > 0 && html`<p>Found: <bdi>${found.join('; ')}</bdi></p>`}</div>`
    return { ...askForAddress(csrf, address, note), status: 422 }
  }
  return {
    title: 'Enrol a site',
    place: 'accounts',
    body: html`<div class="narrow"><h1>Enrol this site?</h1>
<div class="card"><h2>What was found</h2><ul>${found.map((line) => html`<li><bdi>${prose(line)}</bdi></li>`)}</ul>
<dl class="facts"><dt>Login page</dt><dd><bdi>${loginUrl}</bdi></dd><dt>Passwords go to</dt><dd><bdi>${[...new Set([new URL(address).origin, ...origins])].join(', ')}</bdi> and nowhere else</dd></dl></div>
<form class="card" method="post" action="/sites/new">${csrfField(csrf)}<input type="hidden" name="url" value="${address}">
<div class="field"><label for="id">Short name <span class="quiet">(optional)</span></label><input id="id" name="id" maxlength="63" pattern="[a-z0-9][a-z0-9.\\-]*" placeholder="erp" autocomplete="off" autocapitalize="none"><small>Small letters, digits, hyphens. Without it, one is made from the address.</small></div>
<div class="field"><label for="delivery">How the session reaches browsers</label><select id="delivery" name="delivery"><option value="attach">The proxy adds it on the way (safest)</option><option value="handoff">The browser gets the site's cookies</option></select></div>
<div class="actions"><button class="main">Enrol it</button><a class="button" href="/sites/new">Another address</a></div></form></div>`,
  }
}
