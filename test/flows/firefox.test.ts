import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { commandLine } from '../commands/command-line.ts'
import { type FirefoxPage, findFirefox, launchFirefox, wantedFirefox } from '../firefox.ts'
import { createTestAuthority } from '../outbound/certificates.ts'
import { notHere } from '../products/provide.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'
import { findCertutil, wantedCertutil } from '../trust-authority.ts'
import { siteHost } from './person-with-browser.ts'

const skip = findFirefox() === undefined ? `${notHere}${wantedFirefox}` : findCertutil() === undefined ? wantedCertutil : false

/** What the set-up page says in the end of the trust in the relay. */
const trustTold = `new Promise((resolve) => {
  const told = document.getElementById('trust')
  const look = () => (told.className === '' ? setTimeout(look, 50) : resolve(told.textContent))
  look()
})`

/** Firefox with the relay as its proxy; `trusting`: `ca install` has put the relay's CA into its profile. */
async function personWithFirefox(
  t: Test,
  { trusting }: { readonly trusting: boolean },
): Promise<{ page: FirefoxPage; origin: string; outcomes: readonly string[] }> {
  const authority = await createTestAuthority()
  const person = { username: 'ann@example.test', password: 'correct horse' }
  const site = await startTwoStepSite({ tls: await authority.issue(siteHost), host: siteHost, ...person })
  t.teardown(() => site.stop())
  const relay = await startRelay(t, { hosts: { [siteHost]: '127.0.0.1' } })
  const { device } = await enrol(relay, { url: site.url, ...person, ca: authority.cert, delivery: 'attach' })
  const folder = await tempFolder(t)
  const profile = join(folder, 'profile')
  await mkdir(profile)
  const file = join(folder, 'ca.pem')
  await writeFile(file, relay.certificateAuthority.pem())
  await promisify(execFile)('certutil', ['-N', '--empty-password', '-d', `sql:${profile}`])
  if (trusting) {
    const { status, stderr } = await commandLine(t, folder).run(['ca', 'install', '--store', 'nss', '--nss-folder', profile, '--file', file])
    t.equal(status, 0, stderr)
  }
  const page = await launchFirefox({ profile, proxy: { ...relay.proxyAddress, username: device.name, password: device.token } })
  t.teardown(() => page.close())
  return { page, origin: site.origin, outcomes: site.book.outcomes }
}

t.test('Firefox with the CA in its profile is signed in at the site, and holds nothing of worth', { skip }, async (t) => {
  const { page, origin, outcomes } = await personWithFirefox(t, { trusting: true })
  await page.goto(`${origin}/home`)
  t.match(await page.evaluate('document.body.innerText'), /Hello ann@example\.test/)
  t.equal(await page.evaluate('document.cookie'), '')
  t.same(outcomes, ['signed-in'])
  await page.goto('http://relay.pac/')
  t.match(await page.evaluate(trustTold), /^Trust works/)
})

t.test('Firefox that does not trust the CA shows nothing of the site', { skip }, async (t) => {
  const { page, origin } = await personWithFirefox(t, { trusting: false })
  await t.rejects(page.goto(`${origin}/home`), /SEC_ERROR_UNKNOWN_ISSUER/)
  await page.goto('http://relay.pac/')
  t.match(await page.evaluate(trustTold), /does not trust the relay yet/)
})
