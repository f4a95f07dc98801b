import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { brotliCompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { page, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startGateway } from './start-gateway.ts'

const answer = (fields: string, body = '', status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`

t.test('through the gateway', async (t) => {
  const origin = await startRecordingOrigin(t)
  const files = await startRecordingOrigin(t, { scheme: 'http', host: 'files.test' })
  const house = await startGateway(t, { origins: [origin, files] })
  const terminal = await house.terminal()
  await t.test('the site sees a browser at its own origin, and the browser a site at the gateway', async (t) => {
    await terminal.visit(house.at())
    const here = house.at()
    const [site, host] = [origin.origin, origin.host]

    origin.on('/moved', answer(`Location: ${site}/new?a=1\r\n`, '', '302 Found'))
    t.equal((await terminal.visit(`${here}/moved`, { follow: false })).headers.location, `${here}/new?a=1`)
    origin.on('/away', answer(`Location: https://elsewhere.test/${host}\r\n`, '', '302 Found'))
    t.equal((await terminal.visit(`${here}/away`, { follow: false })).headers.location, `https://elsewhere.test/${host}`)

    origin.on('/form', page('done'))
    const asked = { origin: here, referer: `${here}/page?x=1`, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
    await terminal.fetch(`${here}/form?back=${encodeURIComponent(`${here}/b`)}`, { method: 'POST', headers: asked, body: 'a=1' })
    const seen = origin.requests.at(-1)
    t.match(seen, { method: 'POST', target: `/form?back=${encodeURIComponent(`${site}/b`)}`, body: 'a=1' })
    t.match([seen?.field('host'), seen?.field('origin'), seen?.field('referer')], [host, site, `${site}/page?x=1`])

    const secured = `Content-Type: text/html\r\nContent-Security-Policy: img-src ${site}\r\nStrict-Transport-Security: max-age=1; includeSubDomains\r\n`
    origin.on('/fields', answer(`${secured}Clear-Site-Data: "cookies"\r\nRefresh: 3; url=${site}/r\r\nLink: <${site}/l>; rel=next\r\nETag: "v1"\r\n`, 'x'))
    const { headers } = await terminal.visit(`${here}/fields`)
    t.match(headers, { 'content-security-policy': `img-src ${site} ${here}`, refresh: `3; url=${here}/r`, link: `<${here}/l>; rel=next`, etag: 'W/"v1"' })
    t.match([headers['strict-transport-security'], headers['clear-site-data']], [undefined, undefined])
  })

  await t.test('session cookies stay in the relay; a cookie that scripts read is for the browser, at this host alone', async (t) => {
    const lines = [
      'theme=dark; Path=/app; Domain=site.test; SameSite=None; Secure; Max-Age=60',
      'tracker=1; HttpOnly',
      'sid=1; Path=/; HttpOnly',
      '__Host-login-relay-gateway=x; Path=/; Secure',
    ]
    origin.on('/set', answer(`Content-Type: text/plain\r\n${lines.map((line) => `Set-Cookie: ${line}\r\n`).join('')}`, 'x'))
    await terminal.visit(house.at())
    const { headers } = await terminal.fetch(`${house.at()}/set`, { headers: { 'sec-fetch-site': 'same-origin' } })
    t.strictSame(headers['set-cookie'], ['theme=dark; Path=/app; Max-Age=60; Secure; SameSite=Lax'])
    await terminal.fetch(`${house.at()}/next`)
    t.match(origin.requests.at(-1)?.field('cookie'), /^theme=dark; .*sid=1/)
    t.match(origin.requests.at(-1)?.field('cookie'), 'tracker=1')
    const own = terminal.cookies.get(new URL(house.at()).host)?.get('__Host-login-relay-gateway') ?? ''
    t.match(own, /^[\w-]{43}$/)
    t.notMatch(JSON.stringify(origin.requests), own)
  })

  await t.test('a token against forged requests that scripts read from a cookie is there for them', async (t) => {
    origin.on('/login-done', page('x'))
    const session = await house.sessions.ensure(house.account.id)
    session.absorb(new URL(origin.origin), ['XSRF-TOKEN=abc; Path=/; Secure'])
    await terminal.visit(house.at())
    t.equal(terminal.cookies.get(new URL(house.at()).host)?.get('XSRF-TOKEN'), 'abc')
    t.notOk(terminal.cookies.get(new URL(house.at()).host)?.has('sid'))
  })

  await t.test('a session cookie that scripts may read is there as a phantom, good for this browser alone', async (t) => {
    const session = await house.sessions.ensure(house.account.id)
    session.absorb(new URL(origin.origin), ['token=real; Path=/; Domain=site.test'])
    const { headers } = await terminal.visit(`${house.at()}/a`)
    t.match(
      headers['set-cookie']?.find((line) => line.startsWith('token=')),
      /^token=lrp_[\w-]{18}; Path=\/; Secure; SameSite=Lax$/,
    )
    const phantom = terminal.cookies.get(new URL(house.at()).host)?.get('token')
    const asked = { authorization: `Bearer ${phantom}`, 'sec-fetch-site': 'same-origin' }
    await terminal.fetch(`${house.at()}/b`, { headers: asked })
    t.equal(origin.requests.at(-1)?.field('authorization'), 'Bearer real')
    t.match(origin.requests.at(-1)?.field('cookie'), 'token=real')
    const other = await house.terminal()
    await other.visit(`${house.at()}/c`)
    await other.fetch(`${house.at()}/d`, { headers: asked })
    t.equal(origin.requests.at(-1)?.field('authorization'), `Bearer ${phantom}`)
  })

  await t.test('a compressed page is rewritten and leaves compressed; a range, a script and a picture pass as they are', async (t) => {
    await terminal.visit(house.at())
    const packed = brotliCompressSync(`<a href="${origin.origin}/x">é</a>`).toString('latin1')
    origin.on(
      '/packed',
      Buffer.from(
        answer('Content-Type: text/html\r\nContent-Encoding: br\r\n', packed).replace(/Content-Length: \d+/, `Content-Length: ${packed.length}`),
        'latin1',
      ),
    )
    const encoded = await terminal.visit(`${house.at()}/packed`, { headers: { 'accept-encoding': 'gzip, br, zstd' } })
    t.equal(encoded.headers['content-encoding'], 'gzip')
    t.equal(gunzipSync(Buffer.from(encoded.body, 'latin1')).toString(), `<a href="${house.at()}/x">é</a>`)
    t.equal(origin.requests.at(-1)?.field('accept-encoding'), 'gzip, br')

    const script = `fetch("${origin.origin}/api")`
    origin.on('/x.js', answer('Content-Type: text/javascript\r\nETag: "s"\r\n', script))
    t.match(await terminal.fetch(`${house.at()}/x.js`), { body: script, headers: { etag: '"s"', 'content-length': String(script.length) } })
    const part = `href="${origin.origin}"`
    origin.on('/part', answer('Content-Type: text/html\r\nContent-Range: bytes 3-9/100\r\n', part, '206 Partial Content'))
    t.match(await terminal.fetch(`${house.at()}/part`, { headers: { range: 'bytes=3-9' } }), { status: 206, body: part })
    t.equal(origin.requests.at(-1)?.field('range'), 'bytes=3-9')
  })

  await t.test('an event stream and a page that comes bit by bit are passed on as they come', async (t) => {
    await terminal.visit(house.at())
    for (const [type, first] of [
      ['text/event-stream', 'data: 1\n\n'],
      ['text/html', `<a href="${house.at()}/1">`],
    ] as const) {
      let more = (): void => {}
      origin.on('/stream', (socket) => {
        const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(first.replace(house.at(), origin.origin))}`,
        )
        more = () => socket.end(`${chunk('end')}0\r\n\r\n`)
      })
      const request = terminal.open(`${house.at()}/stream`)
      request.end()
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      const [chunk] = (await once(response, 'data')) as [Buffer]
      t.equal(chunk.toString(), first, type)
      more()
      await once(response.resume(), 'end')
    }
  })

  await t.test('a page whose session has ended at the site comes all the same, after one fresh sign-in', async (t) => {
    await terminal.visit(house.at())
    origin.expire()
    t.match(await terminal.visit(`${house.at()}/orders`), { status: 200, body: 'GET /orders 0' })
    t.equal(origin.signIns(), 2)
  })

  await t.test('each origin of a site has a host, which one hand-over opens with the first', async (t) => {
    origin.on('/page', page(`<img src="${files.origin}/i.png">`))
    t.match(await terminal.visit(`${house.at()}/page`), { status: 200, body: `<img src="${house.at('erp--2')}/i.png">`, url: `${house.at()}/page` })
    files.on('/i.png', (socket) => void socket.write(answer('Content-Type: image/png\r\n', 'png')))
    const fromPage = { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'image', referer: `${house.at()}/` }
    t.match(await terminal.fetch(`${house.at('erp--2')}/i.png`, { headers: fromPage }), { status: 200, body: 'png' })
    t.equal(files.requests.at(-1)?.field('host'), files.host)
    t.match(await terminal.visit(`${house.at('erp--3')}/`), { status: 404 })
  })

  await t.test('a WebSocket is opened at the site as from its own page, and closed when the session there is ended', async (t) => {
    origin.on('/socket', (socket, request) => {
      t.equal(request.field('origin'), origin.origin)
      t.match(request.field('cookie'), 'sid=')
      const proof = createHash('sha1')
        .update(`${request.field('sec-websocket-key')}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64')
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`)
      socket.on('data', (chunk) => socket.write(chunk))
    })
    const asked = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
    const foreign = terminal.open(`${house.at()}/socket`, { headers: { ...asked, origin: 'https://crm.relay.test' } })
    foreign.end()
    t.equal(((await once(foreign, 'response')) as [IncomingMessage])[0].statusCode, 403)
    const request = terminal.open(`${house.at()}/socket`, { headers: { ...asked, origin: house.at() } })
    request.end()
    const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket]
    socket.write('echo')
    t.equal(String((await once(socket, 'data'))[0]), 'echo')
    const closed = once(socket.resume(), 'close')
    await house.sessions.end(house.account.id)
    await closed
  })
})
