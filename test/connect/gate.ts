import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A way to a port that can be cut off and opened again at the same address. */
export interface Gate {
  /** HOST:PORT. */
  readonly address: string
  /** As when the machine behind loses its power and another answers for it: connections end, new ones are refused. */
  close(): Promise<void>
  /** As when it hangs: connections stand and new ones are taken, and nothing comes any more. */
  freeze(): void
  open(): Promise<void>
}

/** A gate in front of HOST:PORT, open. */
export async function startGate(t: Test, target: string): Promise<Gate> {
  const [host = '', targetPort] = target.split(':')
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  let isFrozen = false
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const take = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    if (isFrozen) return void socket.resume()
    const onward = connect(Number(targetPort), host)
    sockets.add(onward)
    onward
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(onward)
        socket.destroySoon()
      })
    socket.on('close', () => onward.destroy())
    socket.pipe(onward)
    onward.pipe(socket)
  }
  const close = async (): Promise<void> => {
    const closed = server && new Promise((resolve) => server?.close(resolve))
    server = undefined
    cut()
    await closed
  }
  const open = async (): Promise<void> => {
    isFrozen = false
    if (server !== undefined) return cut()
    server = createServer(take).listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  await open()
  t.teardown(close)
  const freeze = (): void => {
    isFrozen = true
    for (const socket of sockets) socket.unpipe().pause()
  }
  return { address: `127.0.0.1:${port}`, close, freeze, open }
}
