import { isIPv4, type Socket } from 'node:net'
import ipaddr from 'ipaddr.js'
import { failed, nameOf, type UpstreamProxy } from './upstream-proxy.ts'

const version = 5
const methods = { none: 0, password: 2 } as const
const addressBytes: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

/** RFC 1928 section 6. */
const replies: Readonly<Record<number, string>> = {
  1: 'it failed',
  2: 'its rules do not allow this connection',
  3: 'the network cannot be reached',
  4: 'the host cannot be reached',
  5: 'the connection was refused',
  6: 'the connection timed out',
  7: 'it knows no CONNECT',
  8: 'it knows no such kind of address',
}

/** Asks a SOCKS5 proxy for a connection (RFC 1928; user name and password by RFC 1929). `target`: a name, or an address without brackets. */
export async function connectBySocks(
  socket: Socket,
  proxy: UpstreamProxy,
  { target, port, signal }: { readonly target: string; readonly port: number; readonly signal: AbortSignal },
): Promise<Socket> {
  const onAbort = (): void => void socket.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await agree(socket, proxy)
    socket.write(Buffer.concat([Buffer.from([version, 1, 0]), addressOf(target), Buffer.from([port >> 8, port & 0xff])]))
    const [answered, reply, , kind] = await take(socket, 4)
    if (answered !== version) throw failed(nameOf(proxy), 'it does not speak SOCKS5')
    if (reply !== 0) throw failed(nameOf(proxy), replies[reply as number] ?? 'it failed')
    // The address it connects from is of no use; it is read so that what follows is the site's.
    const length = kind === 3 ? ((await take(socket, 1))[0] as number) : addressBytes[kind as number]
    if (length === undefined) throw failed(nameOf(proxy), 'it does not speak SOCKS5')
    await take(socket, length + 2)
    return socket
  } catch (error) {
    socket.destroy()
    if (signal.aborted) throw signal.reason
    throw error instanceof Error && 'code' in error && error.code === 'upstream_proxy_failed' ? error : failed(nameOf(proxy), 'it broke off', error)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function agree(socket: Socket, proxy: UpstreamProxy): Promise<void> {
  const { credentials } = proxy
  const method = credentials === undefined ? methods.none : methods.password
  socket.write(Buffer.from([version, 1, method]))
  const [answered, chosen] = await take(socket, 2)
  if (answered !== version) throw failed(nameOf(proxy), 'it does not speak SOCKS5')
  if (chosen !== method) throw failed(nameOf(proxy), credentials === undefined ? 'it wants credentials' : 'it takes no user name and password')
  if (credentials === undefined) return
  const [user, password] = [Buffer.from(credentials.user), Buffer.from(credentials.password)]
  if (user.length > 255 || password.length > 255) throw failed(nameOf(proxy), 'its user name or password is longer than 255 bytes')
  socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]))
  const [, status] = await take(socket, 2)
  if (status !== 0) throw failed(nameOf(proxy), 'it wants other credentials')
}

function addressOf(target: string): Buffer {
  if (isIPv4(target)) return Buffer.from([1, ...ipaddr.parse(target).toByteArray()])
  if (target.includes(':')) return Buffer.from([4, ...ipaddr.parse(target).toByteArray()])
  const name = Buffer.from(target, 'latin1')
  return Buffer.concat([Buffer.from([3, name.length]), name])
}

/** So many bytes, and not one more: what follows is not ours. */
function take(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const onReadable = (): void => {
      const bytes = socket.read(length) as Buffer | null
      if (bytes === null) return
      settle()
      if (bytes.length === length) resolve(bytes)
      else reject(new Error('it ended'))
    }
    const onEnd = (): void => {
      settle()
      reject(new Error('it ended'))
    }
    const settle = (): void => void socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd)
    socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd)
    onReadable()
  })
}
