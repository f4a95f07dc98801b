import t from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import { tempFolder } from '../../temp-folder.ts'
import { findCertutil, trustAuthority, wantedCertutil } from '../../trust-authority.ts'
import { dialProxy, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

async function ask(house: House, url: string, authorization = house.access.authorization): Promise<string> {
  const socket = await dialProxy(house.access)
  const host = new URL(url).host
  socket.write(`GET ${url} HTTP/1.1\r\nHost: ${host}\r\nProxy-Authorization: ${authorization}\r\nConnection: close\r\n\r\n`)
  return (await readAll(socket)).text
}

t.test('http://relay.pac/ is answered by the proxy itself, for a device alone, with the CA and the way to the PAC file', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { proxy: { otherHosts: 'refuse' } } })
  const page = await ask(house, 'http://relay.pac/')
  t.match(page, /^HTTP\/1\.1 200 /)
  t.match(page, house.certificateAuthority.fingerprint)
  t.match(page, `data-probe="${origin.origin}/.well-known/login-relay/trust"`)
  t.match(page, /content-security-policy: default-src 'none'/i)
  t.match(await ask(house, 'http://relay.pac/ca.pem'), house.certificateAuthority.pem().trim())
  t.match(await ask(house, 'http://relay.pac/proxy.pac'), `\r\nLocation: ${house.portalUrl}/proxy.pac\r\n`)
  t.match(await ask(house, 'http://relay.pac/else'), /^HTTP\/1\.1 404 /)
  t.match(await ask(house, 'http://relay.pac/', 'Basic eDp5'), /^HTTP\/1\.1 407 /)
  t.match(await ask(house, 'http://relay.pac:81/'), /^HTTP\/1\.1 403 /, 'on its own port alone')
  t.strictSame(origin.requests, [])
})

const noBrowser = findChromium() === undefined ? wantedChromium : findCertutil() === undefined ? wantedCertutil : false

t.test('a browser that trusts the CA is told so, and one that does not is told that', { skip: noBrowser }, async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const [username = '', password = ''] = new URL(house.proxyUrl).username === '' ? [] : [new URL(house.proxyUrl).username, new URL(house.proxyUrl).password]
  for (const trusts of [true, false]) {
    const home = await tempFolder(t)
    if (trusts) await trustAuthority(home, house.certificateAuthority.pem())
    const proxy = { server: `http://${house.proxy.address}`, username, password }
    const browser = await launchChromium({ env: { HOME: home }, proxy })
    t.teardown(() => browser.close())
    const page = await browser.newPage()
    await page.goto('http://relay.pac/')
    const told = await page.waitForSelector(trusts ? '#trust.good' : '#trust.bad', { timeout: 60_000 })
    t.match(await told.textContent(), trusts ? 'Trust works' : 'does not trust')
    await browser.close()
  }
})
