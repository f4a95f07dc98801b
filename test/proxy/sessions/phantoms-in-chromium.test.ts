import t from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import { page as answer, startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'

const skip = findChromium() === undefined ? wantedChromium : false

t.test('in Chromium a script reads a phantom, sends it in a header as sites do, and never sees the session', { skip }, async (t) => {
  const real = 'real-session-of-ann-0123456789'
  const origin = await startRecordingOrigin(t, {
    signInCookies: (n) => [`sid=${n}; Path=/; HttpOnly`, `app_token=${real}; Path=/; Secure; SameSite=Lax`, 'csrftoken=c1; Path=/'],
  })
  const script = `<h1></h1><script>
const read = (name) => document.cookie.split('; ').find((pair) => pair.startsWith(name + '='))?.split('=')[1]
fetch('/api', { method: 'POST', headers: { Authorization: 'Bearer ' + read('app_token'), 'X-CSRFToken': read('csrftoken') }, body: 'a=1' })
  .then((answer) => answer.text()).then((text) => { document.querySelector('h1').textContent = 'done ' + text })
</script>`
  origin.on('/app', answer(script))
  const house = await startHouse(t, { origins: [origin] })
  const { username, password } = new URL(house.proxyUrl)
  const browser = await launchChromium({ proxy: { server: `http://${house.proxy.address}`, username, password } })
  t.teardown(() => browser.close())
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  await page.goto(`${origin.origin}/app`)
  await page.waitForSelector('text=done POST /api 3')
  const read = (await page.evaluate('document.cookie')) as string
  t.match(read, /(?:^|; )app_token=lrp_[\w-]{18}(?:;|$)/)
  t.match(read, /(?:^|; )csrftoken=c1(?:;|$)/)
  const sent = origin.requests.find(({ target }) => target === '/api')
  t.equal(sent?.field('authorization'), `Bearer ${real}`)
  t.equal(sent?.field('x-csrftoken'), 'c1')
  t.match(sent?.field('cookie'), `app_token=${real}`)
  t.match(
    (await context.cookies()).map(({ name, secure, sameSite }) => ({ name, secure, sameSite })),
    [
      { name: 'app_token', secure: true, sameSite: 'Lax' },
      { name: 'csrftoken', secure: false },
    ],
  )
  t.notMatch(JSON.stringify(await context.storageState()), real)
})
