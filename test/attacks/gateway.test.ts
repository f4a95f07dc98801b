import { once } from 'node:events'
import { connect } from 'node:tls'
import t from 'tap'
import { startGateway } from '../gateway/start-gateway.ts'
import { page, startRecordingOrigin } from '../proxy/recording-origin.ts'

/** What the browser says of a request that this page made. */
const from = (origin: string, site: 'same-site' | 'cross-site', more: Record<string, string> = {}) => ({
  headers: { origin, 'sec-fetch-site': site, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', ...more },
})

t.test('against a gateway with two accounts and two people', async (t) => {
  const origin = await startRecordingOrigin(t)
  const crm = await startRecordingOrigin(t, { host: 'crm.test' })
  const house = await startGateway(t, { origins: [origin] })
  await house.addSite('crm', crm)
  const bob = { name: 'bob', password: 'correct horse battery' }
  await house.identity.addUser({ ...bob, role: 'member' })
  const ann = await house.terminal()
  await ann.visit(house.at())
  await ann.visit(house.at('crm'))
  const refused = { status: 403, headers: { 'login-relay-error': 'gateway_foreign' } }

  await t.test("a page of one account reaches no other account's host, nor does one of the portal or of anywhere", async (t) => {
    const before = origin.requests.length
    t.match(await ann.fetch(`${house.at()}/api`, from(house.at('crm'), 'same-site')), refused)
    t.match(await ann.fetch(`${house.at()}/api`, { ...from(house.at('crm'), 'same-site'), method: 'POST', body: 'x=1' }), refused)
    t.match(await ann.fetch(`${house.at()}/api`, from('https://relay.test', 'same-site')), refused)
    t.match(await ann.fetch(`${house.at()}/api`, from('https://evil.test', 'cross-site')), refused)
    t.match(await ann.fetch(`${house.at()}/api`, from('null', 'cross-site')), refused)
    const image = { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }
    t.match(await ann.fetch(`${house.at()}/i`, { headers: { ...image, referer: `${house.at('crm')}/` } }), refused)
    t.match(await ann.fetch(`${house.at()}/i`, { headers: image }), refused)
    const frame = {
      accept: 'text/html',
      'sec-fetch-site': 'same-site',
      'sec-fetch-dest': 'iframe',
      'sec-fetch-mode': 'navigate',
      referer: `${house.at('crm')}/`,
    }
    t.match(await ann.fetch(`${house.at()}/`, { headers: frame }), refused)
    t.match(await ann.fetch(`${house.at()}/form`, { method: 'POST', headers: { ...frame, 'sec-fetch-dest': 'document', origin: house.at('crm') } }), refused)
    t.equal(origin.requests.length, before)
    t.match(await ann.fetch(`${house.at()}/api`, from(house.at(), 'same-site', { 'sec-fetch-site': 'same-origin' })), { status: 200 })
    t.match(await ann.visit(`${house.at()}/`, { headers: { 'sec-fetch-site': 'cross-site' } }), { status: 200 })
  })

  await t.test('an answer that lets every origin read it lets none but its own', async (t) => {
    for (const allowed of ['*', 'https://evil.test', house.at('crm')]) {
      const text = page('x', `Access-Control-Allow-Origin: ${allowed}\r\nAccess-Control-Allow-Credentials: true\r\n`)
      origin.on('/cors', text)
      const { headers } = await ann.fetch(`${house.at()}/cors`)
      t.notOk(
        Object.keys(headers).some((name) => name.startsWith('access-control-')),
        allowed,
      )
    }
    origin.on('/cors', page('x', `Access-Control-Allow-Origin: ${origin.origin}\r\n`))
    t.equal((await ann.fetch(`${house.at()}/cors`)).headers['access-control-allow-origin'], house.at())
  })

  await t.test("an account's pass opens no other account, and nobody's account but his own", async (t) => {
    const pass = ann.cookies.get(new URL(house.at()).host)?.get('__Host-login-relay-gateway') as string
    const thief = await house.terminal(undefined)
    thief.setCookie(new URL(house.at('crm')).host, '__Host-login-relay-gateway', pass)
    t.match(await thief.fetch(`${house.at('crm')}/`), { status: 401 })
    const twice = { headers: { cookie: `__Host-login-relay-gateway=${pass}` } }
    t.match(await ann.fetch(`${house.at()}/`, twice), { status: 401 }, 'two of them are none')
    const other = await house.terminal(bob)
    t.match(await other.visit(`${house.at()}/`), { status: 404, url: new RegExp(`^${house.portalUrl}/gateway/erp`) })
  })

  await t.test('a way in works once, in the browser that asked for it, and leads to a page of its own host alone', async (t) => {
    const victim = await house.terminal(undefined)
    // He has been led to the portal once himself: his browser has a way of its own.
    await victim.visit(`${house.at()}/x`)
    const attacker = await house.terminal()
    const asked = await attacker.visit(`${house.at()}/x`, { follow: false })
    const handed = await attacker.visit(asked.headers.location as string, { follow: false })
    const wayIn = handed.headers.location as string
    t.match(wayIn, `${house.at()}/.well-known/login-relay/enter?code=`)
    t.match(await victim.visit(wayIn), { status: 410 }, 'nobody is signed in to the account of another')
    t.match(await attacker.visit(wayIn.replace('//erp.', '//crm.'), { follow: false }), { status: 410 })
    t.match(await attacker.fetch(wayIn, { method: 'HEAD' }), { status: 400 })
    t.match(await attacker.visit(wayIn, { follow: false }), { status: 303, headers: { location: '/x' } })
    t.match(await attacker.visit(wayIn), { status: 410 })
    const state = new URL(asked.headers.location as string).searchParams.get('state') as string
    for (const path of ['//evil.test/', '/\\evil.test', 'https://evil.test/', '/\t/evil.test', '/.well-known/login-relay/enter?code=x', '']) {
      const query = new URLSearchParams({ state, path, home: '7' })
      const next = await attacker.visit(`${house.portalUrl}/gateway/erp?${query}`, { follow: false })
      t.equal((await attacker.visit(next.headers.location as string, { follow: false })).headers.location, '/', path)
    }
  })

  await t.test('a name that is no host of the gateway is answered by nobody', async (t) => {
    for (const host of [
      'evil.test',
      'relay.test',
      'erp.relay.test.evil.test',
      'a.erp.relay.test',
      '127.0.0.1',
      'erp--0.relay.test',
      'erp--01.relay.test',
      'erp_.relay.test',
    ]) {
      t.match(await ann.fetch(house.at(), { headers: { host } }), { status: 421 }, host)
    }
    t.match(await ann.fetch(`${house.at('nobody')}/`), { status: 401 })
  })

  await t.test('a message that can be read in two ways never comes to the site', async (t) => {
    const before = origin.requests.length
    const host = new URL(house.at()).host
    const pass = `Cookie: __Host-login-relay-gateway=${ann.cookies.get(host)?.get('__Host-login-relay-gateway')}\r\n`
    const heads = [
      `POST / HTTP/1.1\r\nHost: ${host}\r\n${pass}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST / HTTP/1.1\r\nHost: ${host}\r\n${pass}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      `POST / HTTP/1.1\r\nHost: ${host}\r\n${pass}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx`,
      `GET / HTTP/1.1\r\nHost: ${host}\r\nHost: crm.relay.test\r\n${pass}\r\n`,
      `GET https://crm.relay.test/ HTTP/1.1\r\nHost: ${host}\r\n${pass}\r\n`,
      `GET / HTTP/1.1\r\nHost : ${host}\r\n${pass}\r\n`,
      `TRACE / HTTP/1.1\r\nHost: ${host}\r\n${pass}\r\n`,
      `GET / HTTP/2.0\r\nHost: ${host}\r\n${pass}\r\n`,
      `CONNECT site.test:443 HTTP/1.1\r\nHost: ${host}\r\n${pass}\r\n`,
      `POST / HTTP/1.1\r\nHost: ${host}\r\n${pass}Transfer-Encoding: chunked\r\n\r\n5;\n\r\nhello\r\n0\r\n\r\n`,
    ]
    for (const head of heads) {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(house.at()).port), ca: house.certificateAuthority.pem(), servername: 'erp.relay.test' })
      socket.on('error', () => {})
      let answer = ''
      socket.setEncoding('latin1').on('data', (text: string) => {
        answer += text
      })
      socket.write(`${head}GET /smuggled HTTP/1.1\r\nHost: ${host}\r\n${pass}\r\n`)
      await once(socket, 'close')
      t.match(answer, /^(?:HTTP\/1\.1 4\d\d |$)/, JSON.stringify(head.slice(0, 60)))
    }
    t.equal(origin.requests.length, before)
    t.strictSame(origin.broken, [])
  })

  await t.test('the relay fetches no page below its own paths from the site, and no service worker', async (t) => {
    const before = origin.requests.length
    t.match(await ann.fetch(`${house.at()}/.well-known/login-relay/deliver?code=x`), { status: 404 })
    t.match(await ann.fetch(`${house.at()}/sw.js`, { headers: { 'service-worker': 'script', 'sec-fetch-site': 'same-origin' } }), {
      status: 403,
      headers: { 'login-relay-error': 'gateway_worker' },
    })
    t.equal(origin.requests.length, before)
  })

  await t.test('when the portal session ends, the pass is worth nothing and what is under way breaks off', async (t) => {
    origin.on('/slow', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n'))
    const request = ann.open(`${house.at()}/slow`)
    request.end()
    const [response] = await once(request, 'response')
    const broken = new Promise((resolve) => response.on('error', resolve).on('close', resolve).resume())
    const [session] = (await house.identity.listPortalSessions(house.userId)).slice(-1)
    for (const { id } of await house.identity.listPortalSessions(house.userId)) await house.identity.endPortalSession(id)
    t.ok(session)
    await broken
    t.match(await ann.fetch(`${house.at()}/`), { status: 401 })
    t.match((await ann.visit(`${house.at()}/`)).body, 'Sign in to go on to the site')
  })
})
