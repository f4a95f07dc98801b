import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'

const main = join(import.meta.dirname, '..', '..', 'relay', 'main.ts')

export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandLine {
  /** Runs one command to its end; `input` is its standard input. */
  run(words: readonly string[], input?: string, env?: Readonly<Record<string, string>>): Promise<Outcome>
  /** The same with --json: what it printed, parsed. */
  json<T>(words: readonly string[], input?: string): Promise<T>
  /** Starts one that goes on until it is told something; `until` waits for words on its standard error. */
  begin(words: readonly string[], env?: Readonly<Record<string, string>>): { readonly child: ChildProcess; until(words: RegExp): Promise<RegExpExecArray> }
  /** Starts `serve`; gives the addresses it printed. */
  serve(): Promise<{ readonly portal: string; readonly proxy: string; readonly child: ChildProcess }>
}

/** The real binary, in `folder`, with the ports left to the system. */
export function commandLine(t: Test, folder: string): CommandLine {
  const environment = { PATH: process.env.PATH ?? '', HOME: folder, LOGIN_RELAY_PORTAL_LISTEN: '127.0.0.1:0', LOGIN_RELAY_PROXY_LISTEN: '127.0.0.1:0' }
  const start = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    spawn(process.execPath, [main, ...words], { cwd: folder, env: { ...environment, ...env }, stdio: 'pipe' })

  async function run(words: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const child = start(words, env)
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const [status] = await once(child, 'close')
    return { status: status ?? 1, stdout, stderr }
  }

  return {
    run,
    async json<T>(words: readonly string[], input?: string): Promise<T> {
      const { status, stdout, stderr } = await run([...words, '--json'], input)
      if (status !== 0) throw new Error(`${words.join(' ')}: status ${status}, ${stderr}`)
      return JSON.parse(stdout) as T
    },
    begin(words, env) {
      const child = start(words, env)
      t.teardown(() => child.kill('SIGKILL'))
      let stderr = ''
      child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
      child.stdout.resume()
      const until = async (wanted: RegExp): Promise<RegExpExecArray> => {
        for (let found = wanted.exec(stderr); ; found = wanted.exec(stderr)) {
          if (found !== null) return found
          if (child.exitCode !== null) throw new Error(`it ended: ${stderr}`)
          await Promise.race([once(child.stderr, 'data'), once(child, 'exit')])
        }
      }
      return { child, until }
    },
    async serve() {
      const child = start(['serve', '--json'])
      t.teardown(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        child.kill('SIGTERM')
        await once(child, 'exit')
      })
      const [line] = await once(createInterface({ input: child.stdout }), 'line')
      return { ...(JSON.parse(line) as { portal: string; proxy: string }), child }
    },
  }
}
