import { parse } from 'parse5'
import t from 'tap'
import { elements } from '../portal/document.ts'
import { startPortal } from '../portal/start-portal.ts'
import { readPage } from '../portal/visitor.ts'
import { readVectors, vectorsMissing } from './vectors.ts'

/** As a page shows it: white space folded, what a document cannot hold replaced. */
function shown(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\ufffd').replace(/\s+/g, ' ').trim()
}

t.test(
  'naughty user names, account names and browsers are shown as text, on every page that names them',
  { skip: vectorsMissing('naughty-strings') },
  async (t) => {
    const relay = await startPortal(t)
    const browser = await relay.signedIn(relay.ann)
    const clean = countTags((await browser.get('/')).body)
    const owner = relay.ann.user.id
    const taken: { name: string; username: string; id: string }[] = []
    for (const naughty of readVectors<string[]>('naughty-strings/blns.json')) {
      const account = await relay.accounts
        .addAccount({ owner, siteId: 'erp', name: naughty, username: naughty, secrets: { password: 'p' } })
        .catch(() => undefined)
      const other =
        account ??
        (await relay.accounts
          .addAccount({ owner, siteId: 'erp', name: `n${taken.length}`, username: naughty, secrets: { password: 'p' } })
          .catch(() => undefined))
      if (other !== undefined) taken.push({ name: other.name, username: other.username, id: other.id })
    }
    t.ok(taken.length > 400, `${taken.length} were taken`)
    const home = (await browser.get('/')).body
    const text = readPage(home)
    t.same(
      taken.filter(({ name, username }) => !text.includes(shown(name)) || !text.includes(shown(username))),
      [],
    )
    t.same(
      [...countTags(home).keys()].filter((tag) => !clean.has(tag)).sort(),
      ['li'].filter((tag) => !clean.has(tag)),
      'no element that the page has not by itself',
    )
    const wrong: string[] = []
    for (const { id, name, username } of taken) {
      for (const path of [`/accounts/${id}`, `/accounts/${id}/password`]) {
        const { status, body } = await browser.get(path)
        if (status !== 200 || !readPage(body).includes(shown(name)) || (path.endsWith(id) && !readPage(body).includes(shown(username)))) wrong.push(path)
        if (elements(parse(body), 'script').length !== 1 || elements(parse(body), 'img').length !== 1) wrong.push(`${path}: an element too many`)
      }
    }
    t.same(wrong, [])
  },
)

t.test('naughty fields in forms are taken or refused, never an error of the relay’s own', { skip: vectorsMissing('naughty-strings') }, async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const failed: string[] = []
  for (const naughty of readVectors<string[]>('naughty-strings/blns.json')) {
    const looks = [
      await browser.post('/sites/new', { url: naughty, id: naughty, delivery: 'attach' }),
      await browser.post('/questions/none', { answer: naughty }),
      await browser.get(`/sign-in?next=${encodeURIComponent(naughty)}&done=${encodeURIComponent(naughty)}`),
      await browser.get(`/?done=${encodeURIComponent(naughty)}`),
      await browser.get(`/handoff/${encodeURIComponent(naughty)}`),
    ]
    // A site that does not answer is 502.
    if (looks.some(({ status }) => status === 500)) failed.push(naughty)
  }
  t.same(failed, [])
  const lines = relay.logged().trim().split('\n')
  for (const line of lines) JSON.parse(line)
})

function countTags(body: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { tagName } of elements(parse(body))) counts.set(tagName, (counts.get(tagName) ?? 0) + 1)
  return counts
}
