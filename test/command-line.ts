import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

export interface Ran {
  readonly exit: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A `serve` that is up. */
export interface Served {
  readonly child: ChildProcess
  /** Milliseconds from the start of the process until it said that it serves. */
  readonly ms: number
  readonly portal: string
  /** HOST:PORT. */
  readonly proxy: string
  /** What it has printed so far: its log on standard error, one line on standard output. */
  readonly printed: () => string
  /** Ends it with this signal and waits; the exit status, or null when the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface CommandLine {
  /** Where the commands run: relay.yaml lies here, the data directory is `data`, temporary files go to `tmp`. */
  readonly folder: string
  run(words: readonly string[], options?: RunOptions): Promise<Ran>
  /** JSON from a command that must succeed. */
  json<T>(words: readonly string[], options?: RunOptions): Promise<T>
  serve(): Promise<Served>
}

const main = join(import.meta.dirname, '..', 'relay', 'main.ts')

/** The binary as a person runs it, in a folder of its own with free ports; what is still running when the test ends is ended. */
export async function openCommandLine(t: Test, { yaml = '' }: { yaml?: string } = {}): Promise<CommandLine> {
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-test-'))
  const children = new Set<ChildProcess>()
  t.teardown(async () => {
    for (const child of children) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  await mkdir(join(folder, 'tmp'))
  await writeFile(join(folder, 'relay.yaml'), `data: ./data\nportal:\n  listen: 127.0.0.1:0\nproxy:\n  listen: 127.0.0.1:0\n${yaml}`)

  function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const own = { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: join(folder, 'tmp') }
    const child = spawn(process.execPath, [main, ...words], { cwd: folder, env: { ...own, ...env } })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }

  async function run(words: readonly string[], { stdin = '', env }: RunOptions = {}): Promise<Ran> {
    const child = start(words, env)
    const [out, err] = [collect(child.stdout), collect(child.stderr)]
    // A command that reads nothing may be gone already.
    child.stdin?.on('error', () => {}).end(stdin)
    const [code] = (await once(child, 'close')) as [number | null]
    return { exit: code ?? -1, out: out(), err: err() }
  }

  return {
    folder,
    run,
    async json<T>(words: readonly string[], options?: RunOptions): Promise<T> {
      const ran = await run([...words, '--json'], options)
      if (ran.exit !== 0) throw new Error(`${words.join(' ')}: exit ${ran.exit}: ${ran.err}`)
      return JSON.parse(ran.out.trim().split('\n').at(-1) ?? '') as T
    },
    async serve() {
      const began = performance.now()
      const child = start(['serve', '--json'])
      const [out, err] = [collect(child.stdout), collect(child.stderr)]
      const exited = once(child, 'exit') as Promise<[number | null]>
      const up = (async () => {
        while (!out().includes('\n')) await once(child.stdout as NodeJS.ReadableStream, 'data')
      })()
      await Promise.race([up, exited])
      if (!out().includes('\n')) throw new Error(`serve ended: ${err()}`)
      const { portal, proxy } = JSON.parse(out().split('\n')[0] ?? '') as { portal: string; proxy: string }
      return {
        child,
        ms: performance.now() - began,
        portal,
        proxy,
        printed: () => out() + err(),
        async stop(signal = 'SIGTERM') {
          child.kill(signal)
          return (await exited)[0]
        },
      }
    },
  }
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
