import t, { type Test } from 'tap'
import { chooserAddress } from '../../../relay/proxy/setup/chooser/chooser-address.ts'
import { ask as askStream, openHttp2 } from '../http2/http2-client.ts'
import { answersIn, dialProxy, dialTunnel, type ProxyAccess, readAll } from '../raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

const asBrowser = 'Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Site: none\r\n'

interface Scene {
  readonly origin: RecordingOrigin
  readonly house: House
  readonly second: { readonly id: string }
}

/** Somebody with two accounts at one site. */
async function openScene(t: Test): Promise<Scene> {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const second = await house.accounts.addAccount({ owner: house.userId, siteId: 'erp', name: 'second', username: '<b>bob</b>', secrets: { password: 'pw' } })
  return { origin, house, second }
}

async function get({ origin, house }: Scene, path: string, fields = asBrowser, access: ProxyAccess = house.access) {
  const socket = await dialTunnel(access, house.tunnelTo(origin))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
  return answerIn((await readAll(socket)).text)
}

async function atRelay({ house }: Scene, method: string, url: string, fields = '', body = '', access: ProxyAccess = house.access) {
  const socket = await dialProxy(access)
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`
  socket.write(
    `${method} ${url} HTTP/1.1\r\nHost: relay.pac\r\nProxy-Authorization: ${access.authorization}\r\n${fields}${length}Connection: close\r\n\r\n${body}`,
  )
  return answerIn((await readAll(socket)).text)
}

function answerIn(text: string) {
  const [answer] = answersIn(text)
  if (answer === undefined) throw new Error(`no answer: ${text}`)
  return { ...answer, location: /\r\nLocation: (\S+)/i.exec(answer.head)?.[1], error: /\r\nLogin-Relay-Error: (\S+)/.exec(answer.head)?.[1] }
}

/** The chooser page and what its form sends for an account. */
async function openChooser(scene: Scene, address: string, access?: ProxyAccess) {
  const page = await atRelay(scene, 'GET', address, asBrowser, '', access)
  const token = /name="token" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  return { page, token, form: (account: string) => String(new URLSearchParams({ token, site: 'erp', account })) }
}

const own = 'Origin: http://relay.pac\r\nContent-Type: application/x-www-form-urlencoded\r\n'

t.test('a first navigation leads to the chooser, the choice is remembered for this device, and the page opens', async (t) => {
  const scene = await openScene(t)
  const { house, origin, second } = scene
  const led = await get(scene, '/orders?x=1&y=%22')
  t.match(led, { status: 303, error: 'account_ambiguous', head: /\r\nCache-Control: no-store/ })
  t.equal(new URL(led.location ?? '').origin, 'http://relay.pac')
  const { page, form } = await openChooser(scene, led.location ?? '')
  t.equal(page.status, 200)
  t.match(page.body, /<bdi>erp<\/bdi>.*<bdi>second<\/bdi>/s, 'both accounts are offered')
  t.match(page.body, '&#60;b&#62;bob&#60;/b&#62;', 'a user name is text')
  const chosen = await atRelay(scene, 'POST', led.location ?? '', own, form(second.id))
  t.match(chosen, { status: 303, location: `${origin.origin}/orders?x=1&y=%22` })
  t.equal((await get(scene, '/orders?x=1')).body, 'GET /orders?x=1 0')
  t.equal(house.sessions.live(second.id)?.account.name, 'second')
  t.equal(house.sessions.live(house.account.id), undefined, 'nobody signed in as the other')
  t.equal((await get(scene, '/api', '')).body, 'GET /api 0', 'it holds for what is no page too')
  const other = await house.addDevice()
  t.equal((await get(scene, '/orders', asBrowser, other)).status, 303, 'another device is asked for itself')
})

t.test('over HTTP/2 it is the same', async (t) => {
  const scene = await openScene(t)
  const session = await openHttp2(t, scene.house.access, scene.house.tunnelTo(scene.origin))
  const fields = { ':path': '/orders', accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const { headers } = await askStream(session, fields)
  t.match(headers, { ':status': 303, location: /^http:\/\/relay\.pac\/accounts\?/ })
})

t.test('tools, frames, scripts and forms get 409 as before', async (t) => {
  const scene = await openScene(t)
  for (const fields of [
    '',
    'Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nAccept: text/html\r\n',
    'Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\nAccept: text/html\r\n',
  ])
    t.match(await get(scene, '/orders', fields), { status: 409, error: 'account_ambiguous', body: /Login-Relay-Account/ })
  const socket = await dialTunnel(scene.house.access, scene.house.tunnelTo(scene.origin))
  socket.write(`POST /orders HTTP/1.1\r\nHost: ${scene.origin.host}\r\n${asBrowser}Content-Length: 1\r\nConnection: close\r\n\r\nx`)
  t.match(answerIn((await readAll(socket)).text), { status: 409, body: /relay\.pac\/accounts/ })
  t.strictSame(scene.origin.requests, [])
})

t.test("nobody chooses but a person on the relay's own page, for his own device", async (t) => {
  const scene = await openScene(t)
  const { house, second, origin } = scene
  const address = (await get(scene, '/orders')).location ?? ''
  const { token, form } = await openChooser(scene, address)
  const good = form(second.id)
  const type = 'Content-Type: application/x-www-form-urlencoded\r\n'
  const other = await house.addDevice()
  const refused: [string, Promise<{ status: number; error?: string | undefined }>, number, string][] = [
    ["a form on the site's page", atRelay(scene, 'POST', address, `Origin: ${origin.origin}\r\n${type}`, good), 403, 'form_stale'],
    ['a form of a sandboxed page', atRelay(scene, 'POST', address, `Origin: null\r\n${type}`, good), 403, 'form_stale'],
    ['no origin', atRelay(scene, 'POST', address, type, good), 403, 'form_stale'],
    ['another scheme', atRelay(scene, 'POST', address, `Origin: https://relay.pac\r\n${type}`, good), 403, 'form_stale'],
    ['no token', atRelay(scene, 'POST', address, own, good.replace(token, '')), 400, 'bad_request'],
    ['another token', atRelay(scene, 'POST', address, own, good.replace(token, `${token.slice(0, -2)}AA`)), 403, 'form_stale'],
    ["another device's token", atRelay(scene, 'POST', address, own, good, other), 403, 'form_stale'],
    ['GET', atRelay(scene, 'GET', `http://relay.pac/accounts?${good}`, own), 200, ''],
    ['PUT', atRelay(scene, 'PUT', address, own, good), 405, 'method_not_allowed'],
    ['an account elsewhere', atRelay(scene, 'POST', address, own, form('nobody')), 404, 'account_unknown'],
    ['too much', atRelay(scene, 'POST', address, own, `${good}&x=${'x'.repeat(5000)}`), 400, 'bad_request'],
  ]
  for (const [what, answer, status, error] of refused) {
    const given = await answer
    t.match([given.status, given.error ?? ''], [status, error], what)
  }
  t.equal(house.choices.of(house.device.id, 'erp'), undefined, 'nothing was chosen')
  t.equal((await atRelay(scene, 'POST', address, own, good)).status, 303, 'and the same form from the right page works')
})

t.test('the page stands in no frame and runs nothing; it is at no path of the site', async (t) => {
  const scene = await openScene(t)
  const address = (await get(scene, '/orders')).location ?? ''
  const { page, token } = await openChooser(scene, address)
  t.match(page.head, /frame-ancestors 'none'/)
  t.match(page.head, /\r\nX-Frame-Options: DENY/)
  t.match(page.head, /\r\nCache-Control: no-store/)
  t.match(page.head, /\r\nReferrer-Policy: same-origin/, 'with no-referrer the form would name no origin')
  t.notMatch(page.body, /<script/)
  t.notMatch(page.head, /access-control/i)
  t.ok(token.length > 40)
  const path = new URL(address).pathname + new URL(address).search
  t.notMatch((await get(scene, path)).body, token, "what the site's own address gives is never the page")
})

t.test('what stands in the address leads nowhere but to the site, and ends no line', async (t) => {
  const scene = await openScene(t)
  const { origin, second } = scene
  const { form } = await openChooser(scene, (await get(scene, '/')).location ?? '')
  for (const back of ['https://evil.test/', `${origin.origin}.evil.test/`, `https://u:p@${origin.host}/`, 'javascript:alert(1)', '//evil.test', 'x']) {
    const { status, location } = await atRelay(scene, 'POST', `http://relay.pac/accounts?${new URLSearchParams({ site: 'erp', back })}`, own, form(second.id))
    t.match([status, location], [303, '/accounts'], back)
  }
  const split = await atRelay(
    scene,
    'POST',
    `http://relay.pac/accounts?site=erp&back=${encodeURIComponent(`${origin.origin}/a\r\nX-Own: 1\r\n`)}`,
    own,
    form(second.id),
  )
  t.notMatch(split.head, /\r\nX-Own/i)
  t.equal(split.location, `${origin.origin}/aX-Own:%201`)
  t.match(await atRelay(scene, 'GET', 'http://relay.pac/accounts?site=none', asBrowser), { status: 404, error: 'site_unknown' })
  const place = { scheme: 'https', host: 'site.test', port: 443, origin: 'https://site.test', authority: 'site.test' } as const
  const address = new URL(chooserAddress({ id: 'erp' }, { place, path: '/caf\u00e9?a=1&b=\u00ff' }))
  t.equal(address.searchParams.get('back'), 'https://site.test/caf%E9?a=1&b=%FF', 'bare bytes, which HTTP/2 lets pass, stay those bytes')
})

t.test('relay.pac/accounts shows the choices of this device, and changes and forgets them', async (t) => {
  const scene = await openScene(t)
  const { house, second } = scene
  const { form } = await openChooser(scene, 'http://relay.pac/accounts')
  t.equal((await atRelay(scene, 'POST', 'http://relay.pac/accounts', own, form(second.id))).location, '/accounts')
  t.match((await openChooser(scene, 'http://relay.pac/accounts')).page.body, /<bdi>second<\/bdi>.*used on this device/)
  t.equal((await atRelay(scene, 'POST', 'http://relay.pac/accounts', own, form(''))).status, 303)
  t.equal(house.choices.of(house.device.id, 'erp'), undefined)
  t.equal((await get(scene, '/orders')).status, 303, 'asked anew')
  await house.accounts.removeAccount(second.id)
  t.match((await openChooser(scene, 'http://relay.pac/accounts')).page.body, /nothing to choose/)
  t.equal((await get(scene, '/orders')).body, 'GET /orders 0', 'the only account there is needs no choice')
})
