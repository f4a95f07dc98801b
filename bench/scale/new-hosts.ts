import { dialTunnel } from '../../test/proxy/raw-client.ts'
import { type Origin, small } from '../proxy/origin.ts'
import { median } from '../sites/median.ts'
import { stopProcess } from '../start-process.ts'
import { type Holding, startHolding } from './holding.ts'

const hostCount = 40
/** Tunnels that are opened at once, and for how many milliseconds. */
const [atOnce, duration] = [8, 3000]

/** How long the first tunnel to a host takes, with the certificate that is made for it, and the next; and how many a second can be opened. */
export async function benchNewHosts(origin: Origin): Promise<readonly string[]> {
  const relay = await startHolding(origin, hostCount + 1)
  try {
    const [warm, ...hosts] = relay.hosts as [string, ...string[]]
    for (let time = 0; time < 50; time++) await openedIn(relay, origin, warm)
    const first: number[] = []
    const next: number[] = []
    for (const host of hosts) {
      first.push(await openedIn(relay, origin, host))
      next.push(await openedIn(relay, origin, host))
    }
    let opened = 0
    const end = performance.now() + duration
    const open = async (at: number): Promise<void> => {
      while (performance.now() < end) {
        await openedIn(relay, origin, hosts[at] as string)
        opened++
      }
    }
    await Promise.all(Array.from({ length: atOnce }, (_, at) => open(at)))
    return [
      `a tunnel to a host never seen, its certificate made and a page of 70 bytes read: ${median(first).toFixed(1)} ms at the median, ${Math.max(...first).toFixed(1)} at most; a second one to it: ${median(next).toFixed(1)} ms`,
      `${((opened / duration) * 1000).toFixed(0)} new tunnels a second, a page read in each`,
    ]
  } finally {
    await stopProcess(relay.child)
  }
}

/** Milliseconds until the first page has come. */
async function openedIn({ proxy, ca }: Holding, { port }: Origin, host: string): Promise<number> {
  const begun = performance.now()
  const authority = `${host}:${port}`
  const socket = await dialTunnel({ host: '127.0.0.1', ...proxy }, { authority, ca })
  try {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      socket.once('data', resolve).once('close', () => reject(new Error('a tunnel was closed')))
      socket.write(`GET ${small} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
    })
    if (!answer.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(answer.toString('latin1'))
    return performance.now() - begun
  } finally {
    socket.destroy()
  }
}
