import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { loginPage } from '../sites/bad-sites.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { seeOther, serve } from '../sites/serve.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { openTerminal } from './curl-terminal.ts'

async function startScene(t: Test) {
  const site = await startRotatingSite({ password: 'correct horse' })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { device } = await enrol(relay, { url: site.url, username: 'ann', password: 'correct horse' })
  const terminal = openTerminal(t, relay, device)
  return { site, terminal }
}

t.test('a site that changes its session cookie with every answer works for twenty requests in a row', async (t) => {
  const { site, terminal } = await startScene(t)
  for (let count = 0; count < 20; count++) {
    const { status, body } = await terminal.get(`${site.origin}/page/${count}`)
    t.match([status, body.toString()], [200, /Signed in as ann/])
  }
  t.same(site.book.outcomes, ['signed-in'], 'one sign-in')
  t.equal(site.book.alive, 1, 'one cookie is good: the last one')
})

t.test('and for twenty at once, again and again, with one sign-in', async (t) => {
  const { site, terminal } = await startScene(t)
  const urls = Array.from({ length: 20 }, (_, count) => `${site.origin}/page/${count}`)
  t.equal((await terminal.get(site.origin)).status, 200)
  for (let round = 0; round < 3; round++) t.same(await terminal.all(urls), Array(20).fill(200))
  t.ok(site.book.outcomes.length <= 2, `${site.book.outcomes.length} sign-ins for 60 requests at once`)
})

t.test('a site that gives new cookies and still knows the older ones is asked for many pages at a time', async (t) => {
  let count = 0
  let [underWay, most] = [0, 0]
  const site = await serve(async ({ method, path, cookies }) => {
    if (path === '/login') return method === 'POST' ? seeOther('/home', [`sid=${count++}; Path=/`]) : { body: loginPage() }
    if (cookies.sid === undefined) return seeOther('/login')
    most = Math.max(most, ++underWay)
    await wait(100)
    underWay -= 1
    return { headers: { 'set-cookie': `sid=${count++}; Path=/` }, body: 'Hello. <a href="/logout">Log out</a>' }
  })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { device } = await enrol(relay, { url: site.url, username: 'ann', password: 'correct horse' })
  const terminal = openTerminal(t, relay, device)
  const urls = Array.from({ length: 20 }, (_, page) => `${site.origin}/page/${page}`)
  for (let round = 0; round < 2; round++) t.same(await terminal.all(urls), Array(20).fill(200))
  t.ok(most > 5, `${most} at a time`)
})
