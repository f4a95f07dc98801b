import { RelayError } from '../../errors.ts'

/**
 * What a terminal that is not the relay's own machine knows, from its environment:
 * LOGIN_RELAY_URL, the portal's address; LOGIN_RELAY_DEVICE, `DEVICE:TOKEN`; LOGIN_RELAY_PROXY, HOST:PORT of the proxy.
 */
export interface TerminalAccess {
  readonly portal: URL
  readonly device: string
  readonly proxy: string | undefined
}

/** Undefined when the environment names no relay: then the data directory on this machine counts. */
export function terminalAccess(env: NodeJS.ProcessEnv, verb: string): TerminalAccess | undefined {
  const { LOGIN_RELAY_URL: url, LOGIN_RELAY_DEVICE: device, LOGIN_RELAY_PROXY: proxy } = env
  if (url === undefined && device === undefined) return undefined
  const usage = (problem: string) => new RelayError('usage', { params: { problem, verb } })
  if (url === undefined) throw usage('LOGIN_RELAY_DEVICE is set, but not LOGIN_RELAY_URL, the address of the portal: the token goes nowhere else.')
  if (device === undefined || !/^[^:]+:[^:]+$/.test(device)) throw usage('LOGIN_RELAY_DEVICE must be DEVICE:TOKEN.')
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usage('LOGIN_RELAY_URL must be the address of the portal.')
  return { portal: new URL(url), device, proxy }
}

export function basic(device: string): string {
  return `Basic ${Buffer.from(device).toString('base64')}`
}
