import { randomBytes } from 'node:crypto'
import t from 'tap'
import { until } from '../../until.ts'
import { dialConnect, dialTunnel, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'

t.test('a tunnel opens a connection to the site ahead for who has an account there, and for nobody else', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const bob = await house.identity.addUser({ name: 'bob', password: randomBytes(12).toString('hex'), role: 'member' })
  const { device, token } = await house.identity.addDevice(bob.id, 'without-accounts')
  const access = { ...house.access, authorization: `Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}` }
  const nobody = await dialTunnel(access, house.tunnelTo(origin))
  nobody.write(`GET / HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`)
  t.match((await readAll(nobody)).text, /login_required/)
  t.equal(origin.sockets.size, 0)
  const ann = await dialConnect(house.access, origin.host)
  t.teardown(() => ann.destroy())
  await until(() => origin.sockets.size > 0, 'a connection to the site')
})
