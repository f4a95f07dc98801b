import t from 'tap'
import { launchGatewayBrowser, skipGatewayBrowser } from '../gateway/gateway-browser.ts'
import { startGateway } from '../gateway/start-gateway.ts'
import { page as answerPage, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { until } from '../until.ts'

t.test('a person opens an account on a computer that is not hers, with her phone, and ends it from there', { skip: skipGatewayBrowser }, async (t) => {
  const origin = await startRecordingOrigin(t)
  const crm = await startRecordingOrigin(t, { host: 'crm.test' })
  const house = await startGateway(t, { origins: [origin] })
  await house.addSite('crm', crm)
  const browser = await launchGatewayBrowser(t, house)
  const atTerminal = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false })
  const onPhone = await browser.newContext({ viewport: { width: 390, height: 844 } })
  const terminal = await atTerminal.newPage()
  const phone = await onPhone.newPage()
  for (const page of [terminal, phone]) page.setDefaultTimeout(60_000)
  await terminal.goto(house.portalUrl)
  await terminal.getByRole('button', { name: 'Use your phone instead' }).click()
  const code = (await terminal.locator('.user-code').textContent()) ?? ''

  await phone.goto(`${house.portalUrl}/pair/confirm?code=${code}`)
  await phone.getByLabel('Your name').fill(house.ann.name)
  await phone.getByLabel('Your password').fill(house.ann.password)
  await phone.getByRole('button', { name: 'Sign in', exact: true }).click()
  await phone.getByRole('heading', { name: 'Is this the screen in front of you?' }).waitFor()
  t.match(await phone.textContent('main'), /127\.0\.0\.1.*Chrome on Linux/s)
  await phone.getByLabel('erp at erp').check()
  await phone.getByLabel(`it shows ${code}`).check()
  await phone.getByRole('button', { name: 'Let it in' }).click()
  await phone.getByText('It is let in').waitFor()

  await terminal.waitForURL(`${house.portalUrl}/terminal`)
  t.notMatch(await terminal.textContent('main'), 'crm')
  origin.on('/', answerPage('<title>Orders</title><p>signed in</p>'))
  const opened = atTerminal.waitForEvent('page')
  await terminal.getByRole('link', { name: 'Open' }).click()
  const site = await opened
  await site.getByText('signed in').waitFor()
  t.match(origin.requests.at(-1)?.field('cookie'), 'sid=1')
  t.notMatch(
    (await atTerminal.cookies(house.at())).map(({ name }) => name),
    'sid',
    'it holds nothing of the site',
  )
  await site.goto(`${house.at('crm')}/`)
  t.match(site.url(), house.portalUrl, 'another account is not for it')
  t.same(crm.requests, [])
  await site.goto(house.portalUrl)
  t.match(site.url(), '/sign-in', 'nor is the portal')

  // An answer that never ends is cut off when the pairing is.
  origin.on('/stream', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nbegun'))
  await site.goto(`${house.at()}/`)
  const failed = site.waitForEvent('requestfailed')
  site.goto(`${house.at()}/stream`).catch(() => {})
  await until(() => origin.requests.some(({ target }) => target === '/stream'), 'the stream has begun')
  await phone.getByRole('button', { name: 'End' }).click()
  await phone.getByText('That terminal is signed out').waitFor()
  await failed
  await terminal.waitForURL(/\/pair\?done=terminal-over/)
  const before = origin.requests.length
  await site.goto(`${house.at()}/orders`)
  t.match(site.url(), house.portalUrl)
  t.equal(origin.requests.length, before, 'nothing comes to the site any more')
})
