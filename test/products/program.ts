import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, isOpen } from '../ports.ts'

export interface Program {
  readonly port: number
  stop(): Promise<void>
}

/** How a program is started. */
export interface Start {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Starts a program that tells the port it has found: the first group of `says` in what it prints. */
export async function startTelling({ says, ...start }: Start & { readonly says: RegExp }): Promise<Program> {
  const { child, said, ended } = begin(start)
  const port = new Promise<number>((resolve) => {
    const look = (): void => {
      const found = says.exec(said())?.[1]
      if (found !== undefined) resolve(Number(found))
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
  })
  return { port: await Promise.race([port, ended.then(() => Promise.reject(new Error(`${start.command} ended: ${said()}`)))]), stop: () => stop(child, ended) }
}

/** Starts a program that must be told its port. Another process may take that one first: then it is tried with another. */
export async function startOnPort(startWith: (port: number) => Promise<Start>): Promise<Program> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const { child, said, ended } = begin(await startWith(port))
    const answers = await Promise.race([untilItAnswers(port, child), ended.then(() => false)])
    if (answers) return { port, stop: () => stop(child, ended) }
    if (attempt === 3 || !/address already in use/i.test(said())) throw new Error(`it did not start: ${said()}`)
  }
}

function begin({ command, args, env = {}, cwd }: Start): { child: ChildProcess; said: () => string; ended: Promise<void> } {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  child.on('error', ({ message }) => {
    text += message
  })
  return { child, said: () => text, ended: new Promise((resolve) => child.on('close', () => resolve())) }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  // Some wait for connections that nobody closes.
  const late = setTimeout(() => child.kill('SIGKILL'), 2000)
  await ended
  clearTimeout(late)
}

async function untilItAnswers(port: number, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await isOpen(port)) return true
    await pause(20)
  }
  return false
}
