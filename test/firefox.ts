import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What to do where no Firefox is found. */
export const wantedFirefox = 'none was found: install it (Debian: apt-get install firefox-esr), or name it in FIREFOX'

const usualPlaces = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox']

/** The system's Firefox: the one FIREFOX names, or in one of its usual places. */
export function findFirefox(): string | undefined {
  const named = process.env.FIREFOX
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined
  return usualPlaces.find((place) => existsSync(place))
}

export interface FirefoxOptions {
  /** The folder of its profile, with the NSS database that says what it trusts. */
  readonly profile: string
  readonly proxy: { readonly host: string; readonly port: number; readonly username: string; readonly password: string }
}

/** A page in a Firefox of its own, spoken with as WebDriver BiDi says (W3C), which a Firefox of any system understands. */
export interface FirefoxPage {
  /** Resolves when it has loaded; rejects with the reason when it cannot. */
  goto(url: string): Promise<void>
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>
  close(): Promise<void>
}

/** Starts it headless, silent toward the network. */
export async function launchFirefox({ profile, proxy }: FirefoxOptions): Promise<FirefoxPage> {
  const executable = findFirefox()
  if (executable === undefined) throw new Error(wantedFirefox)
  await writeFile(join(profile, 'user.js'), preferences(proxy))
  const env = { ...process.env, HOME: profile, MOZ_HEADLESS: '1', MOZ_CRASHREPORTER_DISABLE: '1' }
  const child = spawn(executable, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const closed = once(child, 'close')
  try {
    const session = await Session.open(await listeningAt(child.stderr))
    await session.call('session.new', { capabilities: {} })
    await session.call('session.subscribe', { events: ['network.authRequired'] })
    await session.call('network.addIntercept', { phases: ['authRequired'] })
    session.on('network.authRequired', ({ request }) => {
      const credentials = { type: 'password', username: proxy.username, password: proxy.password }
      const { request: id } = request as { request: string }
      void session.call('network.continueWithAuth', { request: id, action: 'provideCredentials', credentials })
    })
    const { contexts } = (await session.call('browsingContext.getTree', {})) as { contexts: { context: string }[] }
    const context = contexts[0]?.context
    return {
      async goto(url) {
        await session.call('browsingContext.navigate', { context, url, wait: 'complete' })
      },
      async evaluate(expression) {
        const said = (await session.call('script.evaluate', { expression, target: { context }, awaitPromise: true })) as { result?: { value?: unknown } }
        return said.result?.value
      },
      async close() {
        session.close()
        child.kill('SIGTERM')
        await closed
      },
    }
  } catch (error) {
    child.kill('SIGKILL')
    await closed
    throw error
  }
}

function preferences({ host, port }: FirefoxOptions['proxy']): string {
  const wanted = {
    'network.proxy.type': 1,
    'network.proxy.http': host,
    'network.proxy.http_port': port,
    'network.proxy.ssl': host,
    'network.proxy.ssl_port': port,
    'network.proxy.no_proxies_on': '',
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.enabled': false,
    'app.normandy.enabled': false,
    'extensions.update.enabled': false,
    'browser.safebrowsing.update.enabled': false,
    'services.settings.server': 'data:,',
    'browser.startup.page': 0,
  }
  return Object.entries(wanted)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('')
}

async function listeningAt(said: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: said })) {
    const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line)?.[1]
    if (address === undefined) continue
    // What it says later must be taken from it, too.
    said.resume()
    return `${address}/session`
  }
  throw new Error('Firefox ended before it listened')
}

type Parameters = Readonly<Record<string, unknown>>

/** Commands, answers and events of WebDriver BiDi. */
class Session {
  readonly #socket: WebSocket
  readonly #asked = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  readonly #listeners = new Map<string, (parameters: Parameters) => void>()
  #last = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#read(JSON.parse(String(data))))
    socket.addEventListener('close', () => {
      for (const { reject } of this.#asked.values()) reject(new Error('Firefox has ended'))
    })
  }

  static async open(address: string): Promise<Session> {
    const socket = new WebSocket(address)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', () => reject(new Error(`Firefox does not answer at ${address}`)))
    })
    return new Session(socket)
  }

  call(method: string, params: Parameters): Promise<unknown> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  on(event: string, listener: (parameters: Parameters) => void): void {
    this.#listeners.set(event, listener)
  }

  close(): void {
    this.#socket.close()
  }

  #read(message: { id?: number; type: string; method?: string; params?: Parameters; result?: unknown; error?: string; message?: string }): void {
    if (message.type === 'event') return void this.#listeners.get(message.method ?? '')?.(message.params ?? {})
    const asked = this.#asked.get(message.id ?? 0)
    this.#asked.delete(message.id ?? 0)
    if (message.type === 'success') asked?.resolve(message.result)
    else asked?.reject(new Error(`${message.error}: ${message.message}`))
  }
}
