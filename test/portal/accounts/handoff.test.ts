import t from 'tap'
import { type StartedPortal, startPortal } from '../start-portal.ts'
import { formActions, readPage } from '../visitor.ts'
import { askingAccount, basicAccount, spoilPassword, workingAccount } from '../working-site.ts'

t.test('opening a link shows a page with Continue and spends nothing', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.ann)
  const browser = await relay.signedIn(relay.ann)
  const { value } = await relay.sessions.tickets.issue(account.id, relay.ann.user.id)
  for (let look = 0; look < 20; look++) {
    t.equal((await browser.send('HEAD', `/handoff/${value}`)).status, 200)
    const page = await browser.get(`/handoff/${value}`)
    t.equal(page.status, 200)
    t.match(readPage(page.body), /Continue to .*worker.*proxy/)
    t.ok(formActions(page.body).includes(`/handoff/${value}`))
  }
  t.ok(await relay.sessions.tickets.lookup(value), 'still there')
  t.equal(business.requests.length, 0, 'nothing was asked of the site')
})

t.test('whoever is not signed in sees the same page for every link, valid or not', async (t) => {
  const relay = await startPortal(t)
  const { value } = await relay.sessions.tickets.issue(relay.ann.account.id, relay.ann.user.id)
  const looks = await Promise.all(
    [value, 'x'.repeat(43)].map(async (ticket) => {
      const { status, body } = await relay.visitor().get(`/handoff/${ticket}`)
      return { status, body: body.replaceAll(ticket, 'TICKET').replaceAll(/name="csrf" value="[^"]+"/g, '') }
    }),
  )
  t.equal(looks[0]?.status, 200)
  t.same(looks[0], looks[1])
  t.match(looks[0]?.body, /name="next" value="\/handoff\/TICKET"/)
})

t.test('Continue signs in, spends the ticket, and leads to the site’s own origin with a code for the proxy', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.ann)
  const browser = await relay.signedIn(relay.ann)
  const { value } = await relay.sessions.tickets.issue(account.id, relay.ann.user.id)
  const { status, location } = await browser.post(`/handoff/${value}`, {}, { headers: { accept: '*/*' } })
  t.equal(status, 303)
  const target = new URL(location ?? '')
  t.equal(target.origin, business.origin)
  t.equal(target.pathname, '/.well-known/login-relay/deliver')
  const code = target.searchParams.get('code') ?? ''
  t.equal(relay.sessions.tickets.takeDelivery(code, relay.bob.user.id), undefined, "the code is the holder's")
  t.match(relay.sessions.tickets.takeDelivery(code, relay.ann.user.id), { accountId: account.id })
  t.equal((await browser.post(`/handoff/${value}`)).status, 410, 'it works once')
  t.equal((await browser.get(`/handoff/${value}`)).status, 410)
})

t.test('a browser gets a page that goes on by itself, for its form may lead nowhere else', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.ann)
  const browser = await relay.signedIn(relay.ann)
  const page = await browser.post(`/accounts/${account.id}/open`)
  t.equal(page.status, 200)
  t.match(page.headers.get('content-security-policy'), /form-action 'self';/)
  t.match(page.body, `<meta http-equiv="refresh" content="0; URL=${business.origin}/.well-known/login-relay/deliver?code=`)
})

t.test('of a hundred who continue at once, one goes on (law 4)', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.ann)
  const browser = await relay.signedIn(relay.ann)
  const { value } = await relay.sessions.tickets.issue(account.id, relay.ann.user.id)
  const claim = () => fetch(`${relay.portalUrl}/api/v1/tickets/claim`, json({ ticket: value }, { authorization: `Bearer ${relay.ann.device.token}` }))
  const races = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? browser.post(`/handoff/${value}`) : claim()))
  const statuses = (await Promise.all(races)).map(({ status }) => status)
  t.equal(statuses.filter((status) => status === 200).length, 1)
  t.equal(statuses.filter((status) => status === 410).length, 99)
  t.equal(business.book.outcomes.length, 1, 'one sign-in for all')
})

t.test('another’s link is refused and stays good', async (t) => {
  const relay = await startPortal(t)
  const { account } = await workingAccount(t, relay, relay.ann)
  const { value } = await relay.sessions.tickets.issue(account.id, relay.ann.user.id)
  const bob = await relay.signedIn(relay.bob)
  t.equal((await bob.get(`/handoff/${value}`)).status, 403)
  t.equal((await bob.post(`/handoff/${value}`)).status, 403)
  const claim = await fetch(`${relay.portalUrl}/api/v1/tickets/claim`, json({ ticket: value }, { authorization: `Bearer ${relay.bob.device.token}` }))
  t.equal(claim.status, 403)
  t.ok(await relay.sessions.tickets.lookup(value))
})

t.test('a sign-in that fails does not spend the ticket, and is told on the account’s page', async (t) => {
  const relay = await startPortal(t)
  const { account } = await workingAccount(t, relay, relay.ann)
  await spoilPassword(relay, account)
  const browser = await relay.signedIn(relay.ann)
  const { value } = await relay.sessions.tickets.issue(account.id, relay.ann.user.id)
  const { status, location } = await browser.post(`/handoff/${value}`)
  t.equal(status, 303)
  t.equal(location, `/accounts/${account.id}?handoff=${value}`)
  t.match(readPage((await browser.get(location ?? '')).body), /Needs attention.*The site refused the user name or password.*Enter the right password/)
  t.ok(await relay.sessions.tickets.lookup(value))
  const claim = await fetch(`${relay.portalUrl}/api/v1/tickets/claim`, json({ ticket: value }, { authorization: `Bearer ${relay.ann.device.token}` }))
  t.equal(claim.status, 409)
  t.ok(await relay.sessions.tickets.lookup(value))
})

t.test('where a person is asked, the click leads to the question, and on from there', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await askingAccount(t, relay, relay.ann)
  const browser = await relay.signedIn(relay.ann)
  const { value } = await relay.sessions.tickets.issue(account.id, relay.ann.user.id)
  const { location } = await browser.post(`/handoff/${value}`)
  t.equal(location, `/accounts/${account.id}?handoff=${value}`)
  await until(() => relay.sessions.challenges().length === 1)
  const asking = await browser.get(location ?? '')
  t.match(readPage(asking.body), /Waits for your answer.*What does the image say/)
  const [challenge] = relay.sessions.challenges()
  await browser.post(`/questions/${challenge?.id}`, { answer: business.answer })
  await until(() => relay.sessions.live(account.id) !== undefined)
  const ready = await browser.get(location ?? '')
  t.ok(formActions(ready.body).includes(`/handoff/${value}`), 'Continue goes on with the link')
  t.equal((await browser.post(`/handoff/${value}`)).status, 200)
})

t.test('a tool that opens the link is told to claim it', async (t) => {
  const relay = await startPortal(t)
  const answer = await fetch(`${relay.portalUrl}/handoff/${'x'.repeat(43)}`, { headers: { accept: 'application/json' } })
  t.equal(answer.status, 406)
  t.match(await answer.json(), { code: 'not_acceptable', next: /tickets\/claim/ })
})

t.test('claim gives the session with its cookies, once', async (t) => {
  const relay = await startPortal(t)
  const { account, site, business, password } = await workingAccount(t, relay, relay.ann)
  const { link } = await open(relay, account.id)
  const ticket = link.split('/').at(-1) ?? ''
  t.equal(link, `${relay.portalUrl}/handoff/${ticket}`)
  const claim = () => fetch(`${relay.portalUrl}/api/v1/tickets/claim`, json({ ticket }, { authorization: basic(relay.ann.device) }))
  const answer = await claim()
  const text = await answer.text()
  const session = JSON.parse(text) as { cookies: { name: string; value: string }[] }
  t.match(session, { account: account.name, site: site.id, landingUrl: business.origin, headers: [] })
  t.equal(business.book.who(session.cookies.find(({ name }) => name === 'sid')?.value), 'worker', 'the site knows the cookie')
  t.notMatch(text, password)
  t.equal((await claim()).status, 410)

  const other = (await open(relay, account.id)).link.split('/').at(-1) ?? ''
  const local = await fetch(`${relay.portalUrl}/api/v1/tickets/claim`, json({ ticket: other }, { authorization: `Bearer ${relay.adminToken}` }))
  t.equal(local.status, 200, 'the local administrator claims too: `login-relay claim` on the relay’s own machine')
})

t.test('a session that needs the password with every request is not handed off, and the ticket stays good (law 1)', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  for (const delivery of ['attach', 'handoff'] as const) {
    const { account, password } = await basicAccount(t, relay, relay.ann, delivery)
    const { value } = await relay.sessions.tickets.issue(account.id, relay.ann.user.id)
    const answer = await fetch(`${relay.portalUrl}/api/v1/tickets/claim`, json({ ticket: value }, { authorization: basic(relay.ann.device) }))
    const text = await answer.text()
    t.match(text, /handoff_unavailable/)
    t.notMatch(text, password)
    t.ok(await relay.sessions.tickets.lookup(value))
    const opened = await browser.post(`/handoff/${value}`)
    t.equal(opened.status, delivery === 'attach' ? 200 : 409, delivery)
  }
})

function open({ portalUrl, adminToken }: StartedPortal, accountId: string): Promise<{ link: string; expiresAt: number }> {
  const answer = fetch(`${portalUrl}/api/v1/accounts/${accountId}/open`, json({}, { authorization: `Bearer ${adminToken}` }))
  return answer.then((response) => response.json() as Promise<{ link: string; expiresAt: number }>)
}

function json(body: object, headers: Record<string, string>): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

function basic({ name, token }: { name: string; token: string }): string {
  return `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2400 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 25))
}
