import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { startRelay } from '../../start-relay.ts'
import { readPage, Visitor } from '../visitor.ts'

const password = 'three odd herons wade'
const hour = 3_600_000

t.test('the link of the first run makes one person, who runs the relay, however many race for it; then it is gone for ever', async (t) => {
  const relay = await startRelay(t)
  const { token = '' } = (await relay.invites.makeFirst()) ?? {}
  t.match(token, /^li_[A-Za-z0-9_-]{43}$/, '256 random bits')
  const path = `/invite/${token}`
  const kept = await readFile(join(relay.folder, 'store.json'), 'utf8')
  t.ok(kept.includes('"invites"') && !kept.includes(token), 'at rest there is its hash')
  const browser = new Visitor(relay.portalUrl)
  for (let times = 0; times < 3; times++) t.match(readPage((await browser.get(path)).body), /Welcome to your relay.*Choose a name/)
  const ann = { name: 'ann', password, again: password }
  for (const wrong of [{ name: '\u0007' }, { name: '' }, { password: 'short', again: 'short' }, { again: 'another' }])
    t.equal((await browser.post(path, { ...ann, ...wrong })).status, 400, JSON.stringify(wrong))
  t.match((await browser.post(path, { ...ann, again: 'another' })).body, /value="ann"/, 'what was typed stands there still')
  t.equal((await browser.post(path, ann, { csrf: null })).status, 403)
  t.equal((await browser.post(path, ann, { headers: { origin: 'https://evil.example' } })).status, 403)
  t.same(await relay.identity.listUsers(), [], 'nothing of it made anybody')
  const racing = await Promise.all(Array.from({ length: 10 }, (_, index) => browser.twin().post(path, { ...ann, name: `ann-${index}` })))
  t.same(racing.map(({ status }) => status).sort(), [303, ...Array(9).fill(410)])
  t.match(
    racing.find(({ status }) => status === 303),
    { location: '/set-up?done=first-person' },
  )
  t.match(await relay.identity.listUsers(), [{ name: /^ann-\d$/, role: 'admin' }])
  t.equal((await relay.identity.listUsers()).length, 1)
  t.equal((await browser.get(path)).status, 410)
  t.equal(await relay.invites.makeFirst(), undefined)
  t.notMatch(relay.logged(), token)
})

t.test('the link ends with the next start, after a day, and as soon as there is a person by any other way', async (t) => {
  let ahead = 0
  const relay = await startRelay(t, { now: () => Date.now() + ahead })
  const browser = new Visitor(relay.portalUrl)
  const fresh = async () => `/invite/${(await relay.invites.makeFirst())?.token}`
  const [first, second] = [await fresh(), await fresh()]
  t.equal((await browser.get(first)).status, 410, 'the last one alone is good')
  t.equal((await browser.get(second)).status, 200)
  ahead = 24 * hour
  t.equal((await browser.get(second)).status, 410)
  const third = await fresh()
  t.equal((await browser.get(third)).status, 200)
  const { id } = await relay.identity.addUser({ name: 'bob', password, role: 'member' })
  t.equal((await browser.get(third)).status, 410)
  await relay.identity.disableUser(id)
  t.equal((await browser.get(third)).status, 410, 'who is disabled is there')
  t.equal((await browser.post(third, { name: 'eve', password, again: password })).status, 410)
})

t.test('who has not got the link finds no set-up, and under a foreign name of the portal nothing answers', async (t) => {
  const relay = await startRelay(t)
  const { token = '' } = (await relay.invites.makeFirst()) ?? {}
  const browser = new Visitor(relay.portalUrl)
  t.match(readPage((await browser.get('/sign-in')).body), /Nobody can sign in yet.*login-relay serve/)
  for (const path of [`/invite/li_${'A'.repeat(43)}`, '/invite/', '/invite/li_', `/invite/${token.slice(0, -1)}`, `/invite/${token}x`])
    t.ok([404, 410].includes((await browser.get(path)).status), path)
  t.equal((await browser.get('/set-up')).location, '/sign-in?next=%2Fset-up')
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    const asked = request(`${relay.portalUrl}/invite/${token}`, { headers: { host: 'evil.example', accept: 'text/html' } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject).end()
  })
  t.equal(rebound, 421)
  t.equal((await browser.get(`/invite/${token}`)).status, 200, 'none of it spent the link')
})
