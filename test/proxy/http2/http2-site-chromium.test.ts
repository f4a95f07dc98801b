import t from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import { startHouse } from '../start-house.ts'
import { startHttp2BusinessSite } from './http2-business-site.ts'

const skip = findChromium() === undefined ? wantedChromium : false

/** Echoes the text of short frames, without their mask. */
function unmasked(frame: Buffer): Buffer {
  const length = (frame[1] as number) & 0x7f
  const mask = frame.subarray(2, 6)
  return Buffer.from([frame[0] as number, length, ...frame.subarray(6, 6 + length).map((byte, i) => byte ^ (mask[i % 4] as number))])
}

t.test('in Chromium a page of a site of HTTP/2 works: parts, uploads, events and a WebSocket', { skip }, async (t) => {
  const site = await startHttp2BusinessSite(t, { takesWebSockets: true })
  const images = 40
  site.on('/app', (res) => {
    res.setHeader('Content-Type', 'text/html')
    res.end(`<title>The app</title>${Array.from({ length: images }, (_, i) => `<img src="/image/${i}">`).join('')}`)
  })
  site.on('/events', (res) => {
    res.setHeader('Content-Type', 'text/event-stream')
    res.write('data: one\n\n')
    setTimeout(() => res.write('data: two\n\n'), 50)
  })
  site.onConnect((stream) => {
    stream.respond({ ':status': 200 })
    stream.on('error', () => {}).on('data', (frame: Buffer) => stream.write(unmasked(frame)))
  })
  const house = await startHouse(t, { origins: [site] })
  const { username, password } = new URL(house.proxyUrl)
  const browser = await launchChromium({ proxy: { server: `http://${house.proxy.address}`, username, password } })
  t.teardown(() => browser.close())
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
  await page.goto(`${site.origin}/app`, { waitUntil: 'load' })
  t.equal(await page.title(), 'The app')
  t.equal(await page.evaluate(`fetch('/up', { method: 'POST', body: 'x'.repeat(200000) }).then((answer) => answer.text())`), 'POST /up 200000')
  const events = `new Promise((done) => { let all = ''; new EventSource('/events').onmessage = ({ data }) => { all += data; if (all === 'onetwo') done(all) } })`
  t.equal(await page.evaluate(events), 'onetwo')
  const socket = `new Promise((done) => { const socket = new WebSocket('wss://' + location.host + '/ws'); socket.onopen = () => socket.send('hello'); socket.onmessage = ({ data }) => done(data); socket.onerror = () => done('failed') })`
  t.equal(await page.evaluate(socket), 'hello')
  const got = site.requests.filter(({ target }) => target.startsWith('/image/'))
  t.equal(got.length, images)
  t.ok(site.requests.filter(({ method, target }) => method === 'GET' && target !== '/ws').every(({ httpVersion }) => httpVersion === '2.0'))
  t.ok(got.every(({ field }) => field('cookie') === 'sid=1'))
})
