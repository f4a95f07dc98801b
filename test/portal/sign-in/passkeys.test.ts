import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'
import { readPage, Visitor } from '../visitor.ts'
import { addPasskey, answerOf, fetchOptions, openPasskeyBrowser, type PasskeyBrowser, sendAnswer } from './passkey-browser.ts'

const skip = findChromium() === undefined ? wantedChromium : false
const minute = 60_000

/** A relay whose clock is moved by hand, and ann with a passkey, signed in. */
async function start(t: Test): Promise<{ relay: StartedPortal; browser: PasskeyBrowser; complaints: string[]; pass: (milliseconds: number) => void }> {
  let ahead = 0
  const pass = (milliseconds: number) => {
    ahead += milliseconds
  }
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const chromium = await launchChromium()
  t.teardown(() => chromium.close())
  const browser = await openPasskeyBrowser(t, chromium, relay)
  const complaints: string[] = []
  browser.page.on('pageerror', (error) => complaints.push(String(error)))
  browser.page.on('console', (message) => message.type() === 'error' && !/Failed to load resource/.test(message.text()) && complaints.push(message.text()))
  await addPasskey(browser, relay.ann)
  return { relay, browser, complaints, pass }
}

async function signOut({ page }: PasskeyBrowser): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are signed out.').waitFor()
}

t.test('a person adds a passkey, signs in with it, proves with it that it is she, and removes it', { skip }, async (t) => {
  const { browser, complaints, pass } = await start(t)
  const { page, url } = browser
  await signOut(browser)
  await page.goto(`${url}/devices`)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'Devices', exact: true }).waitFor()
  const own = await page.evaluate(`fetch('/api/v1/me/passkeys').then((answer) => answer.json())`)
  t.match(own, [{ name: 'Phone', host: 'localhost', lastUsedAt: Number }])

  pass(5 * minute)
  await page.goto(`${url}/accounts/new`)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('heading', { name: 'Add an account' }).waitFor()

  await page.goto(`${url}/security`)
  await page.getByLabel('Name of a new one').fill('Again')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('This device holds a passkey for you already.').waitFor()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('The passkey is removed').waitFor()
  await signOut(browser)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('The relay did not accept that passkey.').waitFor()
  t.same(complaints, [], 'nothing was refused by the policy of the pages')
})

t.test('an answer without user verification, a replayed one and one for another browser are refused', { skip }, async (t) => {
  const { browser, pass } = await start(t)
  const { page, cdp, authenticatorId, url } = browser
  await signOut(browser)
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  const unverified = await answerOf(page, await fetchOptions(page), `{ ...options, userVerification: 'discouraged' }`)
  t.equal(await sendAnswer(page, unverified), 422, 'nobody has shown a finger')
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })

  const stolen = await answerOf(page, await fetchOptions(page))
  const thief = new Visitor(url)
  await thief.get('/sign-in')
  t.equal((await thief.post('/sign-in/passkey', { next: '/', response: stolen })).status, 422, 'the challenge was for another browser')
  t.equal(await sendAnswer(page, stolen), 303)
  t.equal(await sendAnswer(page, stolen), 403, 'signing in ends the form')
  await page.goto(`${url}/`)
  await signOut(browser)
  t.equal(await sendAnswer(page, stolen), 422, 'a second time')
  t.equal(await sendAnswer(page, 'no JSON'), 422)
  for (const broken of ['null', '[]', '{"id":7}', '{"id":"x","response":{}}']) {
    pass(16 * minute)
    t.equal(await sendAnswer(page, broken), 422, broken)
  }
})

t.test('an answer made at another origin, for another challenge, or by a copied key is refused', { skip }, async (t) => {
  const { relay, browser } = await start(t)
  const { page, cdp, authenticatorId, url } = browser
  await signOut(browser)
  const before = await page.context().cookies()
  const options = await fetchOptions(page)
  const imitation = createServer((_, response) => void response.setHeader('content-type', 'text/html').end('<title>imitation</title>'))
  await new Promise<void>((resolve) => imitation.listen(0, '127.0.0.1', resolve))
  t.teardown(() => imitation.close())
  await page.goto(`http://localhost:${(imitation.address() as AddressInfo).port}/`)
  const elsewhere = await answerOf(page, options)
  await page.context().addCookies(before)
  await page.goto(`${url}/sign-in`)
  t.equal(await sendAnswer(page, elsewhere), 422, 'the browser says where it was made')
  const own = await answerOf(page, await fetchOptions(page), `{ ...options, challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }`)
  t.equal(await sendAnswer(page, own), 422, 'a challenge that the relay never gave')

  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
  t.equal(await sendAnswer(page, await answerOf(page, await fetchOptions(page))), 303, 'the key itself is good')
  await page.goto(`${url}/`)
  await signOut(browser)
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId })
  for (const credential of credentials) await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential, signCount: 1 } })
  t.equal(await sendAnswer(page, await answerOf(page, await fetchOptions(page))), 422, 'its counter went back')

  const lost = { method: 'DELETE', headers: { authorization: `Bearer ${relay.adminToken}` } }
  t.equal((await fetch(`${relay.portalUrl}/api/v1/users/ann/second-factor`, lost)).status, 204)
  t.same(await relay.store.collection({ name: 'passkeys' }).list(), [], 'the local administrator takes away what a lost phone holds')
})

t.test('where passkeys cannot work, the pages say so and offer the password', async (t) => {
  const relay = await startPortal(t)
  const browser = relay.visitor()
  t.notMatch((await browser.get('/sign-in')).body, /passkey/)
  t.equal((await browser.get('/sign-in/passkey')).status, 422)
  await browser.signIn('ann', relay.ann.password)
  const page = readPage((await browser.get('/security')).body)
  t.match(page, /Passkeys do not work at this address/)
  t.match(page, `open ${relay.portalUrl.replace('127.0.0.1', 'localhost')}`)
  t.equal((await browser.get('/security/passkeys/options')).status, 422)
})
