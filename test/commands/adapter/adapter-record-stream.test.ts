import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request as send } from 'node:http'
import t from 'tap'
import type { Person } from '../../../relay/commands/adapter/record/person.ts'
import { recordSignIn } from '../../../relay/commands/adapter/record/record.ts'
import { seeOther, serve } from '../../sites/serve.ts'
import { tempFolder } from '../../temp-folder.ts'

t.test('a page that listens to events without end does not hold up the recording', async (t) => {
  const site = await serve(({ method, path }, response) => {
    if (path === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n')
      return undefined
    }
    if (method === 'POST') return seeOther('/home', ['sid=0123456789abcdef; Path=/'])
    return { body: path === '/home' ? '<a href="/logout">Sign out</a>' : '<form method=post><input name=u><input type=password name=pw></form>' }
  })
  t.teardown(() => site.stop())
  const folder = await tempFolder(t)
  const person: Person = async (url, { proxy, username, password }) => {
    const by = async (path: string, method = 'GET', body = ''): Promise<IncomingMessage> => {
      const headers = {
        host: new URL(url).host,
        'sec-fetch-dest': path === '/events' ? 'empty' : 'document',
        'proxy-authorization': `Basic ${btoa(`${username}:${password}`)}`,
        ...(body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
      }
      const [host, port] = proxy.split(':')
      const request = send({ host, port, method, path: new URL(path, url).href, headers }).end(body)
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      // Cut off when the recording relay stops.
      answer.on('error', () => {})
      return answer
    }
    for (const [path, method, body] of [['/login'], ['/login', 'POST', 'u=ann&pw=correct+horse'], ['/home']] as const)
      await once((await by(path, method, body)).resume(), 'end')
    const events = await by('/events')
    await once(events, 'data')
    return undefined
  }
  await recordSignIn(site.url, { name: 'listening', folder }, person)
  const { exchanges } = JSON.parse(await readFile(`${folder}/listening.fixture.json`, 'utf8'))
  t.match(
    exchanges.map(({ method, url }: { method: string; url: string }) => `${method} ${new URL(url, site.url).pathname}`),
    ['GET /login', 'POST /login', 'GET /home'],
  )
})
