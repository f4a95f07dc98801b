import t from 'tap'
import { curl } from '../proxy/curl.ts'
import { startCaptchaSite, unreadable } from '../sites/captcha-site.ts'
import type { SiteOptions } from '../sites/serve.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'
import { personWithBrowser, siteHost, skipBrowser } from './person-with-browser.ts'

// The main job, as a person sees it: Open in the portal, and signed in at the site over HTTPS.

const plainSite = async (options: SiteOptions) => {
  const site = await startTwoStepSite({ ...options, username: 'ann@example.test', password: 'correct horse' })
  return { ...site, accounts: site.book.accounts }
}

t.test('a click on Open lands signed in at a site with a captcha; the browser holds nothing of worth', { skip: skipBrowser }, async (t) => {
  const { site, page, context, relay, signIn } = await personWithBrowser(t, startCaptchaSite)
  await page.goto(relay.portalUrl)
  await signIn()
  await page.getByRole('button', { name: 'Open' }).click()
  await page.waitForURL(`${site.origin}/orders`)
  await page.getByText('Signed in as Ann Miller').waitFor()

  await page.getByRole('link', { name: '10250' }).click()
  await page.getByRole('button', { name: 'Mark as shipped' }).click()
  await page.getByText('This order was shipped.').waitFor()
  t.same(site.shipped, ['10250'])

  const held = (await context.cookies(site.origin)).find(({ name }) => name === 'orders_session')
  t.match(held, { domain: siteHost, httpOnly: true, secure: true })
  const around = await curl('--insecure', '--include', '--connect-to', '::127.0.0.1:', '--cookie', `orders_session=${held?.value}`, `${site.origin}/orders`)
  t.match(around.out, /^HTTP\/1\.1 303 .*location: \/login/is, 'without the relay its cookie is worth nothing')

  t.equal(site.sessionsAlive, 1)
  await page.goto(relay.portalUrl)
  await page.getByText('Signed in since').waitFor()
  await page.getByRole('button', { name: 'End' }).click()
  await page.getByText('The session is ended').waitFor()
  t.equal(site.sessionsAlive, 0, 'ended at the site too (law 7)')
})

t.test('with delivery handoff the browser holds the site’s own cookie, until the person ends the session', { skip: skipBrowser }, async (t) => {
  const { site, page, context, relay, signIn } = await personWithBrowser(t, plainSite, { delivery: 'handoff' })
  await page.goto(relay.portalUrl)
  await signIn()
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByText('Hello ann@example.test').waitFor()
  t.equal(new URL(page.url()).origin, site.origin)
  const held = (await context.cookies(site.origin)).find(({ name }) => name === 'session')
  t.equal(site.book.who(held?.value), 'ann@example.test')

  await page.goto(relay.portalUrl)
  await page.getByRole('button', { name: 'End' }).click()
  await page.getByText('The session is ended').waitFor()
  t.equal(site.book.who(held?.value), undefined, 'the cookie the browser holds is worth nothing any more')
  t.equal(site.book.alive, 0)
})

t.test('a handoff link, without JavaScript: sign in, Continue, and there', { skip: skipBrowser }, async (t) => {
  const { site, page, relay, account, user, signIn } = await personWithBrowser(t, plainSite, { browser: { javaScriptEnabled: false } })
  const { value } = await relay.sessions.tickets.issue(account.id, user.id)
  await page.goto(`${relay.portalUrl}/handoff/${value}`)
  await signIn()
  await page.getByRole('heading', { name: 'Continue to erp?' }).waitFor()
  t.equal(site.book.outcomes.length, 0, 'looking at the link does nothing')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Hello ann@example.test').waitFor()
  t.equal(new URL(page.url()).origin, site.origin)
  t.equal((await page.goto(`${relay.portalUrl}/handoff/${value}`))?.status(), 410, 'it works once')
  await page.goto(`${relay.portalUrl}/accounts/${account.id}`)
  await page.getByText('Signed in since').waitFor()
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByText('Hello ann@example.test').waitFor()
})

t.test('a browser that sends everything through the proxy continues a link as its device', { skip: skipBrowser }, async (t) => {
  const { site, page, relay, account, user } = await personWithBrowser(t, plainSite, { everything: true })
  const { value } = await relay.sessions.tickets.issue(account.id, user.id)
  await page.goto(`${relay.portalUrl}/handoff/${value}`)
  t.equal(site.book.outcomes.length, 0, 'looking at the link does nothing')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Hello ann@example.test').waitFor()
  t.equal((await page.goto(`${relay.portalUrl}/handoff/${value}`))?.status(), 410, 'it works once')
})

t.test('a captcha that the relay cannot read comes to the person, who answers and goes on to the site', { skip: skipBrowser }, async (t) => {
  const start = (options: SiteOptions) => startCaptchaSite({ ...options, captcha: unreadable })
  const { site, page, relay, signIn } = await personWithBrowser(t, start)
  await page.goto(relay.portalUrl)
  await signIn()
  await page.getByRole('button', { name: 'Open' }).click()
  const question = page.getByLabel('What does the image say?')
  await question.waitFor()
  const [asked] = relay.sessions.challenges()
  if (asked?.challenge.kind !== 'captcha') throw new Error('no captcha is asked')
  await question.fill(site.answerOf(asked.challenge.image))
  await page.getByRole('button', { name: 'Send the answer' }).click()
  await page.getByText('Signed in as Ann Miller').waitFor()
  t.equal(page.url(), `${site.origin}/orders`)
  t.same(site.signIns, ['signed-in'])
})

t.test('a browser that does not trust the relay’s CA shows nothing of the site', { skip: skipBrowser }, async (t) => {
  const { site, page } = await personWithBrowser(t, plainSite, { trusting: false })
  await t.rejects(page.goto(`${site.origin}/home`), /ERR_CERT_AUTHORITY_INVALID/)
})
