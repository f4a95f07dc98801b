import type { FastifyInstance } from 'fastify'
import type { FoundDeclaration } from '../../../accounts/index.ts'
import { counted } from '../../../counted.ts'
import { checkAccess } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { type Html, html } from '../html.ts'
import { doneNote } from '../notes.ts'
import { showPage } from '../page-route.ts'

/** The sites that are enrolled, and how each declaration stands. For who runs the relay. */
export function sitesPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/sites', async ({ principal, query }) => {
    checkAccess('operator', principal)
    const declarations = await rooms.declarations.list()
    return {
      title: 'Sites',
      place: 'sites',
      body: html`<div class="top"><h1>Sites</h1><a class="button main" href="/sites/new">Enrol a site</a></div>
${doneNote(query)}
${declarations.length === 0 ? html`<p class="card">No site is enrolled yet.</p>` : html`<ul class="cards">${declarations.map((one) => card(rooms, one))}</ul>`}
<p class="quiet">Each site has a declaration, a YAML file in <code>${rooms.declarations.folder}</code>. Edit it here or there.</p>`,
    }
  })
}

function card(rooms: Rooms, { site: id, declared }: FoundDeclaration): Html {
  const site = rooms.accounts.site(id)
  const accounts = rooms.accounts.listAccounts({ siteId: id }).length
  return html`<li class="card"><div class="row"><div class="grow"><h2><a href="/sites/${id}"><bdi>${id}</bdi></a></h2>
<p class="quiet"><bdi>${site?.origins.join(', ') ?? 'not enrolled'}</bdi></p>
<p class="quiet">${site === undefined ? '' : `${site.adapter}, ${counted(accounts, 'account')}`}</p></div>
<div>${declarationMark(declared)}</div></div></li>`
}

/** How a declaration stands, as a short mark. */
function declarationMark(declared: FoundDeclaration['declared']): Html | undefined {
  switch (declared.state) {
    case 'same':
      return undefined
    case 'missing':
      return html`<span class="state warn">The file is gone</span>`
    case 'invalid':
      return html`<span class="state bad">The file is not valid</span>`
    case 'changed':
      return declared.widens.length > 0 ? html`<span class="state warn">Waits for your yes</span>` : html`<span class="state busy">The file was changed</span>`
  }
}
