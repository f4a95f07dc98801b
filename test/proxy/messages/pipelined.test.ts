import { readFile } from 'node:fs/promises'
import t from 'tap'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { dialProxy, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'

t.test('an answer that waits behind a slow one is not taken for one that the client does not take', async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const bodies = [65_500, 300_000].map((length) => 'x'.repeat(length))
  for (const [i, body] of bodies.entries()) origin.on(`/behind/${i}`, `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  origin.on('/slow', (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n')
    let left = 8
    const timer = setInterval(() => {
      socket.write('s')
      if (--left === 0) clearInterval(timer)
    }, 250)
  })
  const file = `${await tempFolder(t)}/access.log`
  const config = { limits: { stallSeconds: 1 }, log: { access: 'file', accessFile: file } }
  const house = await startHouse(t, { origins: [origin], config })
  const ask = (path: string, more = ''): string =>
    `GET ${origin.origin}${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${more}Proxy-Authorization: ${house.access.authorization}\r\n\r\n`
  // Signed in before.
  const first = await dialProxy(house.access)
  first.write(ask('/page', 'Connection: close\r\n'))
  await readAll(first)
  const client = await dialProxy(house.access)
  client.write(ask('/slow') + ask('/behind/0') + ask('/behind/1', 'Connection: close\r\n'))
  const { text } = await readAll(client, { ms: 20_000 })
  t.equal(text.split('x').length - 1 >= 365_500, true)
  const ended = async (): Promise<{ path: string; outcome: string }[]> =>
    (await readFile(file, 'utf8')).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  await until(async () => (await ended()).length === 4, 'the lines of all requests')
  t.same((await ended()).map(({ path, outcome }) => `${path} ${outcome}`).sort(), ['/behind/0 site', '/behind/1 site', '/page site', '/slow site'])
})
