import t from 'tap'
import { browserFor, html, startOrigin } from './browser-for-test.ts'

// What Chromium 156 sent for the same pages, where the standard leaves it open or is easily misread.

t.test('a GET form without entries keeps its question mark; a button without a value says Submit', async (t) => {
  const { at, seen } = await startOrigin(t, ({ url }, response) =>
    html(response, url === '/start' ? '<form action="/to?q=1#f"></form><form method=post action="/in"><input type=submit name=s></form>' : ''),
  )
  const browser = browserFor(t, [at()])
  const page = await browser.open(`${at()}/start`)
  await page.forms[0]?.submit()
  await page.forms[1]?.submit()
  t.same(
    seen.map(({ url, body }) => [url, body.toString()]),
    [
      ['/start', ''],
      ['/to?', ''],
      ['/in', 's=Submit'],
    ],
  )
})

t.test('a referrer that was cut for another host stays cut when a redirect leads back', async (t) => {
  const hosts = ['here.test', 'there.test'] as const
  const { at, seen } = await startOrigin(t, ({ url }, response) => {
    if (url === '/start') return html(response, '<form method=post action="/go"></form>')
    const next: Record<string, string> = { '/go': `${at(hosts[1])}/over`, '/over': `${at(hosts[0])}/back` }
    const location = next[url]
    if (location === undefined) html(response, '')
    else response.writeHead(302, { location }).end()
  })
  const browser = browserFor(t, hosts.map(at))
  await (await browser.open(`${at(hosts[0])}/start`)).forms[0]?.submit()
  t.same(
    seen.slice(1).map(({ url, headers }) => [url, headers.referer]),
    [
      ['/go', `${at(hosts[0])}/start`],
      ['/over', `${at(hosts[0])}/`],
      ['/back', `${at(hosts[0])}/`],
    ],
  )
})
