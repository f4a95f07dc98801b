import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { FoundDeclaration, Site } from '../../../accounts/index.ts'
import { isRelayError, RelayError } from '../../../errors.ts'
import { checkAccess } from '../../access.ts'
import { checkSite, type SiteCheck, updateSite } from '../../accounts/enrol-site.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { checkbox } from '../checkbox.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { doneNote, errorNote, mendable, prose } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'
import { endpointCard } from './endpoint-card.ts'

/** Where he is led back to who has to prove again that it is he. */
const freshFrom = '/sites'

/** One site: how it is enrolled, what it has become, its declaration to edit. For who runs the relay. */
export function sitePage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/sites/:id', ({ principal, csrf, params, query }) => {
    checkAccess('operator', principal)
    return show(rooms, params.id ?? '', csrf, { note: doneNote(query) })
  })

  takeForm(app, rooms, { path: '/sites/:id/check', freshFrom }, {}, async ({ principal, csrf, params }) => {
    checkAccess('operator', principal)
    const site = knownSite(rooms, params.id ?? '')
    return show(rooms, site.id, csrf, { note: checkNote(await checkSite(rooms, site), csrf) })
  })

  takeForm(app, rooms, { path: '/sites/:id/update', freshFrom }, { agreed: z.string().max(8000) }, async ({ principal, params, form }) => {
    checkAccess('operator', principal)
    const site = knownSite(rooms, params.id ?? '')
    await updateSite(rooms, await checkSite(rooms, site), form.agreed.split('\n'))
    return { goTo: `/sites/${site.id}?done=site-updated` }
  })

  takeForm(
    app,
    rooms,
    { path: '/sites/:id/declaration', freshFrom },
    { text: z.string().min(1).max(60_000), yes: z.literal('yes').optional() },
    async ({ principal, csrf, params, form }) => {
      checkAccess('operator', principal)
      const id = params.id ?? ''
      const text = form.text.replaceAll('\r\n', '\n')
      try {
        await rooms.declarations.save(id, text, { yes: form.yes === 'yes' })
        return { goTo: `/sites/${id}?done=site-updated` }
      } catch (thrown) {
        const error = mendable(thrown)
        return { ...(await show(rooms, id, csrf, { note: errorNote(error), text, asksYes: isRelayError(error, 'site_widens') })), status: error.status }
      }
    },
  )

  takeForm(app, rooms, { path: '/sites/:id/reload', freshFrom }, { digest: z.string().max(100) }, async ({ principal, params, form }) => {
    checkAccess('operator', principal)
    const id = params.id ?? ''
    const [result] = await rooms.declarations.reload({ site: id, ...(form.digest === '' ? {} : { digest: form.digest }) })
    if (result?.did === 'refused') throw result.error
    return { goTo: `/sites/${id}?done=site-updated` }
  })

  takeForm(app, rooms, { path: '/sites/:id/remove', freshFrom }, {}, async ({ principal, params }) => {
    checkAccess('operator', principal)
    await rooms.declarations.remove(knownSite(rooms, params.id ?? '').id)
    return { goTo: '/sites?done=site-removed' }
  })
}

interface Shown {
  readonly note?: Content
  /** The declaration as it was typed, where it was not taken. */
  readonly text?: string
  readonly asksYes?: boolean
}

async function show(rooms: Rooms, id: string, csrf: string, { note, text, asksYes = false }: Shown): Promise<Page> {
  const found = await rooms.declarations.look(id)
  const site = rooms.accounts.site(id)
  if (site === undefined && found.declared.state === 'missing') throw new RelayError('site_unknown', { params: { site: id } })
  const declaration = text ?? (await rooms.declarations.text(id))
  return {
    title: id,
    place: 'sites',
    body: html`<div class="top"><h1><bdi>${id}</bdi></h1><div class="actions">${site !== undefined && action(`/sites/${id}/check`, 'Look at it again', csrf)}</div></div>
${note}
${standing(found, csrf)}
${site !== undefined && facts(site)}
${site !== undefined && endpointCard(rooms.endpointStates(site))}
<form class="card" method="post" action="/sites/${id}/declaration">${csrfField(csrf)}
<h2>Declaration</h2><p class="quiet">The file <code>${found.file}</code>. Accounts stay when it changes. Where it would let passwords go further than before, you are asked.</p>
<div class="field"><label class="visually-hidden" for="text">Declaration</label><textarea class="code" id="text" name="text" rows="${Math.min(60, declaration.split('\n').length + 1)}" spellcheck="false" autocapitalize="none" autocomplete="off">${declaration}</textarea></div>
${asksYes && checkbox('yes', 'Yes, passwords may go there', { value: 'yes', isRequired: true, isField: true })}
<div class="actions"><button class="main">Save it</button></div></form>
${site !== undefined && removal(id, csrf)}`,
  }
}

function standing({ site, declared }: FoundDeclaration, csrf: string): Html | undefined {
  switch (declared.state) {
    case 'same':
      return undefined
    case 'missing':
      return html`<div class="note warn"><p>The file of the declaration is gone; the site stays as it is.</p>${action(`/sites/${site}/reload`, 'Write it anew', csrf)}</div>`
    case 'invalid':
      return html`<div class="note bad"><p><strong>${prose(declared.error.message)}</strong></p><p>${prose(declared.error.next)}</p></div>`
    case 'changed':
      return html`<div class="card"><h2>The file says something else than what is enrolled</h2><ul>${declared.changes.map((one) => html`<li><bdi>${prose(one)}</bdi></li>`)}</ul>
<form method="post" action="/sites/${site}/reload">${csrfField(csrf)}<input type="hidden" name="digest" value="${declared.digest}"><button class="main">${declared.widens.length > 0 ? 'Yes, take it over' : 'Take it over'}</button></form></div>`
  }
}

function facts({ loginUrl, origins, adapter, delivery }: Site): Html {
  return html`<section class="card"><h2>How it is enrolled</h2><dl class="facts">
<dt>Login page</dt><dd><bdi>${loginUrl}</bdi></dd>
<dt>Passwords go to</dt><dd><bdi>${origins.join(', ')}</bdi> and nowhere else</dd>
<dt>Adapter</dt><dd>${adapter}</dd>
<dt>Delivery</dt><dd>${delivery === 'handoff' ? 'the browser gets the site’s cookies' : 'the proxy adds the session on the way'}</dd></dl></section>`
}

/** What the second look found, and the button that takes it over. */
function checkNote({ ok, found, changes, problem, update, loginUrl }: SiteCheck, csrf: string): Html {
  const id = update?.site.id ?? ''
  return html`<div class="note ${ok ? 'good' : 'bad'}" role="status"><p><strong>${ok ? (changes.length === 0 ? 'The site is as its declaration says.' : 'The relay can sign in there, and something has changed.') : prose(problem?.text ?? 'The relay found no way to sign in there.')}</strong></p>
${problem !== undefined && html`<p>${prose(problem.next)}</p>`}</div>
<div class="card"><h2>What was found at <bdi>${loginUrl}</bdi></h2><ul>${found.map((line) => html`<li><bdi>${prose(line)}</bdi></li>`)}</ul>
${changes.length > 0 && html`<h2>What has changed</h2><ul>${changes.map((line) => html`<li><bdi>${prose(line)}</bdi></li>`)}</ul>`}
${
  update !== undefined &&
  html`<form method="post" action="/sites/${id}/update">${csrfField(csrf)}<input type="hidden" name="agreed" value="${update.widens.join('\n')}">
${update.widens.length > 0 && html`<p>Taking it over means that:</p><ul>${update.widens.map((line) => html`<li><strong><bdi>${line}</bdi></strong></li>`)}</ul>`}
<button class="main">Write it into the declaration</button></form>`
}</div>`
}

function removal(id: string, csrf: string): Html {
  return html`<details class="inline"><summary>Remove this site</summary><div class="card"><p>Every account at it is removed, and their passwords destroyed. The accounts at the site itself stay as they are.</p>
${action(`/sites/${id}/remove`, 'Remove it', csrf, 'danger')}</div></details>`
}

function knownSite({ accounts }: Rooms, id: string): Site {
  const site = accounts.site(id)
  if (site === undefined) throw new RelayError('site_unknown', { params: { site: id } })
  return site
}
