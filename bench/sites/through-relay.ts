import type { ChildProcess } from 'node:child_process'
import { startProcess, stopProcess, told } from '../start-process.ts'
import { median } from './median.ts'
import type { RelayReady } from './relay-process.ts'
import { password, type RunningSite, username } from './sites.ts'

/** How the relay fared at a site; milliseconds, medians of its sign-ins. */
export interface RelayFigures {
  readonly adapter: string
  readonly times: number
  /** From the request to the relay's API to its answer that the account is signed in. */
  readonly all: number
  /** Of that: waiting for the site, reading captchas, the sign-in itself, and what is around it: the API, keeping the session. */
  readonly site: number
  readonly captcha: number
  readonly relay: number
  readonly around: number
  /** CPU time of a sign-in. */
  readonly cpu: number
}

interface Line {
  readonly type: string
  readonly id?: string
  readonly question?: string
  readonly kind?: string
  readonly seen?: readonly string[]
  readonly timing?: Timing
}

/** `SignInTiming`, as the API tells it. */
interface Timing {
  readonly total: number
  readonly network: number
  readonly captcha: number
  readonly person: number
  readonly relay: number
}

interface Once {
  readonly all: number
  readonly timing: Timing
}

/** A relay in a process of its own, spoken to as any client does. */
export class BenchRelay {
  readonly #child: ChildProcess
  readonly #ready: RelayReady
  #sites = 0

  private constructor(child: ChildProcess, ready: RelayReady) {
    this.#child = child
    this.#ready = ready
  }

  static async start(): Promise<BenchRelay> {
    const [child, ready] = await startProcess<RelayReady>(new URL('relay-process.ts', import.meta.url))
    return new BenchRelay(child, ready)
  }

  stop(): Promise<void> {
    return stopProcess(this.#child)
  }

  /** Adds the site by its address, an account by user name and password, and signs in so many times. What went wrong, where it does not. */
  async measure(site: RunningSite, times: number): Promise<RelayFigures | { readonly problem: string }> {
    this.#sites += 1
    const id = `site-${this.#sites}`
    try {
      return await this.#measureAt(site, id, times)
    } finally {
      // A site that is started later may be given its port.
      await this.#ask('operator', 'DELETE', `/sites/${id}`)
    }
  }

  async #measureAt(site: RunningSite, id: string, times: number): Promise<RelayFigures | { readonly problem: string }> {
    const enrolled = await this.#ask('operator', 'POST', '/sites', { url: site.url, id })
    if (!enrolled.ok) return { problem: await problemOf(enrolled) }
    const { adapter } = (await enrolled.json()) as { adapter: string }
    const stored = { site: id, user: 'ann', username: site.username ?? username, password: site.password ?? password }
    const account = await this.#ask('operator', 'POST', '/accounts', stored)
    if (!account.ok) return { problem: await problemOf(account) }
    // The first ones start the captcha reader, open connections, and have the engine's code compiled; they are not counted.
    for (let round = 0; round < Math.min(5, times); round += 1) {
      const first = await this.#signIn(id, site)
      if ('problem' in first) return first
    }
    const before = await this.#cpu()
    const each: Once[] = []
    for (let round = 0; round < times; round += 1) {
      const outcome = await this.#signIn(id, site)
      if (!('problem' in outcome)) each.push(outcome)
    }
    const cpu = ((await this.#cpu()) - before) / times
    const column = (of: (one: Once) => number) => median(each.map(of))
    return {
      adapter,
      times: each.length,
      all: column(({ all }) => all),
      site: column(({ timing }) => timing.network),
      captcha: column(({ timing }) => timing.captcha),
      relay: column(({ timing }) => timing.relay),
      around: column(({ all, timing }) => all - timing.total),
      cpu,
    }
  }

  async #signIn(account: string, site: RunningSite): Promise<Once | { readonly problem: string }> {
    const began = performance.now()
    const answer = await this.#ask('ann', 'POST', `/accounts/${account}/login`, {})
    if (!answer.ok || answer.body === null) return { problem: await problemOf(answer) }
    let text = ''
    let last: Line | undefined
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        last = JSON.parse(text.slice(0, end)) as Line
        text = text.slice(end + 1)
        const given = site.answer?.(last.question ?? '') ?? 'nobody knows'
        if (last.type === 'challenge') await this.#ask('ann', 'POST', `/challenges/${last.id}`, { answer: given })
      }
    }
    const all = performance.now() - began
    if (last?.type !== 'signed-in' || last.timing === undefined) return { problem: `${last?.kind}: ${last?.seen?.join('; ')}` }
    // What a person takes is nobody's time but his.
    const { person, total, ...timing } = last.timing
    return { all: all - person, timing: { person, total: total - person, ...timing } }
  }

  #cpu(): Promise<number> {
    const answer = told<number>(this.#child)
    this.#child.send('cpu')
    return answer
  }

  #ask(who: 'operator' | 'ann', method: string, path: string, body?: unknown): Promise<Response> {
    const authorization = this.#ready[who]
    if (body === undefined) return fetch(`${this.#ready.url}/api/v1${path}`, { method, headers: { authorization } })
    const headers = { authorization, 'content-type': 'application/json' }
    return fetch(`${this.#ready.url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) })
  }
}

async function problemOf(answer: Response): Promise<string> {
  const { detail, title } = (await answer.json()) as { detail?: string; title?: string }
  return detail ?? title ?? `the relay answered ${answer.status}`
}
