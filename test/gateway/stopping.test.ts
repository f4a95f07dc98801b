import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { until } from '../until.ts'
import { startGateway } from './start-gateway.ts'

/** Does anybody take a connection there? */
async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

t.test('told to stop, the relay takes no more at any door, while what is under way at one of them comes to its end', async (t) => {
  const origin = await startRecordingOrigin(t)
  const arrived = new Promise<Socket>((resolve) => origin.on('/slow', resolve))
  const house = await startGateway(t, { origins: [origin] })
  const terminal = await house.terminal()
  await terminal.visit(house.at())
  const answer = terminal.fetch(`${house.at()}/slow`)
  const site = await arrived
  const { host, port } = house.proxyAddress
  t.ok(await isOpen(host, port))
  const stopped = house.stop(20_000)
  await until(async () => !(await isOpen(host, port)), 'the proxy takes nothing new', 10_000)
  site.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone')
  t.equal((await answer).body, 'done')
  await stopped
})
