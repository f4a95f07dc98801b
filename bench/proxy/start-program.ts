import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isOpen } from '../../test/ports.ts'

/** Milliseconds until a program must listen. */
const patience = 30_000

/** Starts a program and waits until its port answers. */
export async function startProgram(command: string, args: readonly string[], port: number): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, PATH: paths().join(delimiter) } })
  await listens(child, command, port).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    pid: child.pid as number,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(force)
    },
  }
}

export function isInstalled(command: string): boolean {
  return paths().some((folder) => isExecutable(join(folder, command)))
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Servers are in /usr/sbin, where a person's PATH does not lead. */
function paths(): string[] {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
}

async function listens(child: ChildProcess, command: string, port: number): Promise<void> {
  const end = Date.now() + patience
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${command} ended with ${child.exitCode ?? child.signalCode}`)
    if (Date.now() > end) throw new Error(`${command} does not listen`)
    await pause(100)
  }
}
