import type { Test } from 'tap'
import { curl, temporaryFile } from '../proxy/curl.ts'
import type { StartedRelay } from '../start-relay.ts'

export interface CurlAnswer {
  readonly exit: number
  readonly status: number
  /** A header of the last answer. */
  header(name: string): string | undefined
  readonly body: Buffer
  /** What curl wrote to standard error. */
  readonly err: string
}

export interface CurlTerminal {
  readonly proxyUrl: string
  /** The relay's CA, in a file. */
  readonly caFile: string
  get(url: string, ...options: string[]): Promise<CurlAnswer>
  /** All at once; their statuses and the time each took. */
  all(urls: readonly string[], ...options: string[]): Promise<readonly number[]>
}

/** A terminal with curl, a device token and the relay's CA; nothing else. */
export function openTerminal(t: Test, relay: StartedRelay, device: { readonly name: string; readonly token: string }): CurlTerminal {
  const caFile = temporaryFile(t, 'ca.pem', relay.certificateAuthority.pem())
  const proxyUrl = `http://${device.name}:${device.token}@${relay.proxy.address}`
  const through = ['--proxy', proxyUrl, '--cacert', caFile]
  return {
    proxyUrl,
    caFile,
    async get(url, ...options) {
      const ran = await curl('--include', '--suppress-connect-headers', ...through, ...options, url)
      return { exit: ran.exit, err: ran.err, ...lastAnswer(ran.out) }
    },
    async all(urls, ...options) {
      const each = urls.flatMap((url) => ['--output', '/dev/null', url])
      const { out } = await curl('--parallel', '--parallel-immediate', '--parallel-max', '50', '--write-out', '%{http_code}\n', ...through, ...options, ...each)
      return out.trim().split('\n').map(Number)
    },
  }
}

/** What `--include` printed, latin1: headers and body of the last answer. */
function lastAnswer(printed: string): Pick<CurlAnswer, 'status' | 'header' | 'body'> {
  let rest = printed
  let head = ''
  while (/^HTTP\/[\d.]+ \d{3}/.test(rest)) {
    const end = rest.indexOf('\r\n\r\n')
    head = rest.slice(0, end)
    rest = rest.slice(end + 4)
  }
  return {
    status: Number(/^HTTP\/[\d.]+ (\d{3})/.exec(head)?.[1] ?? 0),
    header: (name) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim(),
    body: Buffer.from(rest, 'latin1'),
  }
}
