import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** Starts a process of the bench, and waits for what it tells first. */
export async function startProcess<Ready>(file: URL, ...args: string[]): Promise<readonly [ChildProcess, Ready]> {
  const child = fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return [child, await told<Ready>(child)]
}

/** What it tells next. */
export async function told<Message>(child: ChildProcess): Promise<Message> {
  const waiting = new AbortController()
  const { signal } = waiting
  try {
    const ended = once(child, 'exit', { signal }).then(() => Promise.reject(new Error(`${child.spawnargs[1]} ended`)))
    const [message] = await Promise.race([once(child, 'message', { signal }), ended])
    return message as Message
  } finally {
    waiting.abort()
  }
}

/** Ends a process that ends when nobody speaks with it any more. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
