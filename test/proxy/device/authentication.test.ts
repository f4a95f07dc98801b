import t from 'tap'
import { curl, temporaryFile } from '../curl.ts'
import { answersIn, dialProxy, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'

t.test('curl with its credentials reaches the site signed in, over http and https', async (t) => {
  for (const scheme of ['http', 'https'] as const) {
    const origin = await startRecordingOrigin(t, { scheme })
    const house = await startHouse(t, { origins: [origin] })
    const ca = temporaryFile(t, 'ca.pem', house.certificateAuthority.pem())
    const { out, err } = await curl('--proxy', house.proxyUrl, '--cacert', ca, `${origin.origin}/a?b=c`)
    t.equal(out, 'GET /a?b=c 0', err)
    t.equal(origin.requests[0]?.field('cookie'), 'sid=1', 'the session was attached')
    t.equal(origin.requests[0]?.field('proxy-authorization'), undefined, 'the credentials stay at the relay')
  }
})

t.test('curl --proxy-anyauth asks, is asked back, and goes on over the same connection', async (t) => {
  for (const scheme of ['http', 'https'] as const) {
    const origin = await startRecordingOrigin(t, { scheme })
    const house = await startHouse(t, { origins: [origin] })
    const ca = temporaryFile(t, 'ca.pem', house.certificateAuthority.pem())
    const { out, err } = await curl('--verbose', '--proxy-anyauth', '--proxy', house.proxyUrl, '--cacert', ca, `${origin.origin}/a`)
    t.equal(out, 'GET /a 0')
    t.match(err, /< HTTP\/1\.1 407 /, 'asked without credentials first')
    t.match(err, /< Proxy-Authenticate: Basic realm="login-relay"/i)
    t.equal(err.match(/\* {3}Trying /g)?.length, 1, 'one connection')
  }
})

t.test('without good credentials nothing happens but 407, which says what to do', async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [origin] })
  const { name } = house.device
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  const wrong = ['', basic(`${name}:lr_wrong`), basic('nobody:x'), basic(name), 'Basic !!!', 'Bearer x', house.access.authorization.replace('Basic', 'Digest')]
  for (const authorization of wrong) {
    for (const line of [`GET ${origin.origin}/ HTTP/1.1`, `CONNECT ${origin.host} HTTP/1.1`]) {
      const socket = await dialProxy(house.access)
      socket.write(`${line}\r\nHost: ${origin.host}\r\n${authorization === '' ? '' : `Proxy-Authorization: ${authorization}\r\n`}\r\n`)
      const { text } = await readAll(socket, { until: (text) => answersIn(text).length > 0 })
      const [answer] = answersIn(text)
      t.equal(answer?.status, 407, `${line} with ${authorization}`)
      t.match(JSON.parse(answer?.body ?? ''), { code: 'proxy_auth_required', next: /device add/ })
    }
  }
  t.same(origin.requests, [])
  t.equal(origin.signIns(), 0)
})

t.test('each message to the proxy itself carries credentials of its own', async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialProxy(house.access)
  const get = (fields: string): string => `GET ${origin.origin}/ HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}\r\n`
  socket.write(get(`Proxy-Authorization: ${house.access.authorization}\r\n`) + get('') + get('Proxy-Authorization: Basic eDp5\r\n'))
  const { text } = await readAll(socket, { until: (text) => answersIn(text).length === 3 })
  t.same(
    answersIn(text).map(({ status }) => status),
    [200, 407, 407],
  )
})

t.test('a person sees a page, a tool a problem document', async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [origin] })
  const page = await curl('--include', '--proxy', `http://${house.proxy.address}`, '--header', 'Sec-Fetch-Mode: navigate', `${origin.origin}/`)
  t.match(page.out, /content-type: text\/html/i)
  t.match(page.out, /Open the portal/)
  const tool = await curl('--include', '--proxy', `http://${house.proxy.address}`, `${origin.origin}/`)
  t.match(tool.out, /content-type: application\/problem\+json/i)
  t.match(tool.out, /login-relay-error: proxy_auth_required/i)
})
