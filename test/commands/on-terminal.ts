import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'

const main = join(import.meta.dirname, '..', '..', 'relay', 'main.ts')

/** The program of util-linux that gives a command a terminal; elsewhere it takes other words. */
export const noTerminal = process.platform !== 'linux' && 'it takes `script` of util-linux'

/** A command on a terminal: whenever it asks, the next answer is typed. Gives what the terminal showed. */
export async function onTerminal(
  t: Test,
  folder: string,
  { words, asks, answers }: { readonly words: string; readonly asks: RegExp; readonly answers: readonly string[] },
): Promise<{ status: number; shown: string }> {
  const command = `exec '${process.execPath}' '${main}' ${words}`
  const terminal = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder, env: { PATH: process.env.PATH ?? '', HOME: folder }, stdio: 'pipe' })
  t.teardown(() => terminal.kill('SIGKILL'))
  const waiting = [...answers]
  let [shown, read] = ['', 0]
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const asked = asks.exec(shown.slice(read))
    if (asked === null) return
    read += asked.index + asked[0].length
    terminal.stdin.write(`${waiting.shift()}\r`)
  })
  const [status] = await once(terminal, 'close')
  return { status, shown }
}
