import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Grant } from '../../../control/index.ts'
import { checkAccess, isOperator } from '../../access.ts'
import type { PortalPrincipal } from '../../caller/identify.ts'
import { groupViewer, lentByHim, loadGroup, setMember } from '../../lending/groups.ts'
import { ownerNames } from '../../lending/owner-names.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { doneNote, errorNote, mendable } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'
import { joined, termWords } from './grant-words.ts'

type GroupView = ReturnType<Awaited<ReturnType<typeof groupViewer>>>

/** The groups that accounts can be lent to: who is in them, and what this person lends to them or has by them. Who runs the relay keeps them. */
export function groupsPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/groups', ({ principal, csrf, query }) => all(principal, csrf, doneNote(query)))
  showPage(app, rooms, '/groups/:id', ({ principal, csrf, params, query }) => one(principal, csrf, params.id ?? '', doneNote(query)))

  takeForm(app, rooms, { path: '/groups', freshFrom: '/groups' }, { name: z.string().trim().max(63) }, async ({ principal, csrf, form }) => {
    checkAccess('operator', principal)
    try {
      const { id } = await rooms.grants.groups.add(form.name)
      return { goTo: `/groups/${id}?done=group-made` }
    } catch (thrown) {
      return refused(thrown, (note) => all(principal, csrf, note, form.name))
    }
  })

  takeForm(
    app,
    rooms,
    { path: '/groups/:id/members', freshFrom: '/groups' },
    { user: z.string().trim().max(200) },
    async ({ principal, csrf, params, form }) => {
      checkAccess('operator', principal)
      const { id } = loadGroup(rooms, params.id ?? '')
      try {
        await setMember(rooms, id, form.user, true)
        return { goTo: `/groups/${id}?done=member-added` }
      } catch (thrown) {
        return refused(thrown, (note) => one(principal, csrf, id, note))
      }
    },
  )

  takeForm(app, rooms, { path: '/groups/:id/members/remove', freshFrom: '/groups' }, { user: z.string().max(200) }, async ({ principal, params, form }) => {
    checkAccess('operator', principal)
    const { id } = await setMember(rooms, params.id ?? '', form.user, false)
    return { goTo: `/groups/${id}?done=member-removed` }
  })

  takeForm(app, rooms, { path: '/groups/:id/name', freshFrom: '/groups' }, { name: z.string().trim().max(63) }, async ({ principal, csrf, params, form }) => {
    checkAccess('operator', principal)
    const { id } = loadGroup(rooms, params.id ?? '')
    try {
      await rooms.grants.groups.rename(id, form.name)
      return { goTo: `/groups/${id}?done=group-renamed` }
    } catch (thrown) {
      return refused(thrown, (note) => one(principal, csrf, id, note))
    }
  })

  takeForm(app, rooms, { path: '/groups/:id/remove', freshFrom: '/groups' }, {}, async ({ principal, params }) => {
    checkAccess('operator', principal)
    await rooms.grants.groups.remove(loadGroup(rooms, params.id ?? '').id)
    return { goTo: '/groups?done=group-removed' }
  })

  async function all(principal: PortalPrincipal, csrf: string, note: Content, name = ''): Promise<Page> {
    const groups = rooms.grants.groups.list().map(await groupViewer(rooms, principal))
    const isKeeper = isOperator(principal)
    return {
      title: 'Groups',
      place: 'groups',
      body: html`<h1>Groups</h1>
<p class="lead">An account can be lent to a group: whoever is in it may use it, for as long as they are. ${isKeeper ? 'You keep the groups; what others lend to them you do not see.' : 'Whoever runs this relay says who is in one.'}</p>
${note}
<section class="card">${groups.length === 0 ? html`<p>No groups yet.</p>` : table(groups, isKeeper)}</section>
${
  isKeeper &&
  html`<form class="card" method="post" action="/groups">${csrfField(csrf)}<h2>Make a group</h2>
${nameField(name)}
<button class="main">Make it</button></form>`
}`,
    }
  }

  async function one(principal: PortalPrincipal, csrf: string, idOrName: string, note: Content): Promise<Page> {
    const group = (await groupViewer(rooms, principal))(loadGroup(rooms, idOrName))
    const isKeeper = isOperator(principal)
    return {
      title: group.name,
      place: 'groups',
      body: html`<h1><bdi>${group.name}</bdi></h1>${note}
<section class="card"><h2>Who is in it</h2>${members(group, isKeeper, csrf)}</section>
${isKeeper && (await memberForm(group, csrf))}
<section class="card"><h2>What you lend to it</h2>${await lending(principal, group.id)}</section>
${group.isIn && html`<section class="card"><h2>What you have by it</h2>${borrowed(principal, group.id)}</section>`}
${
  isKeeper &&
  html`<div class="actions"><details class="inline"><summary>Rename this group</summary><form class="card" method="post" action="/groups/${group.id}/name">${csrfField(csrf)}<p>It stays the same group, and so does what was lent to it.</p>
${nameField(group.name)}<button class="main">Rename it</button></form></details>
<details class="inline"><summary>Remove this group</summary><div class="card"><p>What was lent to it is lent to nobody, and what its members do by it ends at once. That cannot be undone: a new group of the same name has nothing of it.</p>
${action(`/groups/${group.id}/remove`, 'Remove it', csrf, 'danger')}</div></details></div>`
}
<p><a href="/groups">All groups</a></p>`,
    }
  }

  async function memberForm({ id, members: inIt }: GroupView, csrf: string): Promise<Html> {
    const others = (await rooms.identity.listUsers()).filter(({ name, disabledAt }) => disabledAt === undefined && !inIt.includes(name))
    if (others.length === 0) return html`<p>Everybody of this relay is in it.</p>`
    return html`<form class="card" method="post" action="/groups/${id}/members">${csrfField(csrf)}<h2>Put somebody in</h2>
<div class="field"><label for="user">Who</label><select id="user" name="user">${others.map(({ name }) => html`<option>${name}</option>`)}</select><small>He may then use what was lent to the group, and its lenders are not asked.</small></div>
<button class="main">Put in</button></form>`
  }

  async function lending({ user }: PortalPrincipal, groupId: string): Promise<Html> {
    const names = await ownerNames(rooms)
    const grants = lentByHim(rooms, user.id, groupId)
    if (grants.length === 0) return html`<p>Nothing. You lend an account on its own page.</p>`
    return html`<ul>${grants.map((grant) => lentLine(grant, names))}</ul>`
  }

  function lentLine(grant: Grant, names: (id: string) => string): Html {
    const terms = termWords(grant, names)
    const name = rooms.accounts.account(grant.accountId)?.name ?? grant.accountId
    return html`<li><a href="/accounts/${grant.accountId}/lend"><bdi>${name}</bdi></a>${terms.length > 0 && html`: ${joined(terms)}`}</li>`
  }

  function borrowed(principal: PortalPrincipal, groupId: string): Html {
    const lent = rooms.grants.lentNow(principal).filter(({ grants }) => grants.some(({ to, revokedAt }) => to.id === groupId && revokedAt === undefined))
    if (lent.length === 0) return html`<p>Nothing.</p>`
    return html`<ul>${lent.map(({ account, name }) => html`<li><a href="/lent/${account.id}"><bdi>${name}</bdi></a></li>`)}</ul>`
  }
}

function nameField(name: string): Html {
  return html`<div class="field"><label for="name">Its name</label><input id="name" name="name" value="${name}" required maxlength="63" autocomplete="off" spellcheck="false"><small>Letters, digits, spaces, <code>-</code> <code>_</code> <code>.</code>; such as accounting.</small></div>`
}

function table(groups: readonly GroupView[], isKeeper: boolean): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Who is in it</th></tr></thead><tbody>
${groups.map(({ id, name, members: inIt, isIn }) => html`<tr><td><a href="/groups/${id}"><bdi>${name}</bdi></a>${isIn && html` <strong>(you are in it)</strong>`}</td><td data-label="Who">${inIt.length === 0 ? (isKeeper ? 'nobody' : 'not told') : html`<bdi>${inIt.join(', ')}</bdi>`}</td></tr>`)}</tbody></table>`
}

function members({ id, members: inIt, isIn }: GroupView, isKeeper: boolean, csrf: string): Html {
  if (!isKeeper && !isIn) return html`<p>That is told to its members, and to who runs the relay.</p>`
  if (inIt.length === 0) return html`<p>Nobody.</p>`
  if (!isKeeper) return html`<p><bdi>${inIt.join(', ')}</bdi></p>`
  return html`<table><tbody>
${inIt.map((name) => html`<tr><td><bdi>${name}</bdi></td><td class="end"><form method="post" action="/groups/${id}/members/remove">${csrfField(csrf)}<input type="hidden" name="user" value="${name}"><button class="danger">Take out</button></form></td></tr>`)}</tbody></table>`
}

/** The page again with what is wrong, where that is the form's own. */
async function refused(thrown: unknown, again: (note: Html) => Promise<Page>): Promise<Page> {
  const error = mendable(thrown)
  return { ...(await again(errorNote(error))), status: error.status }
}
