import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

export interface Ran {
  readonly exit: number
  readonly out: string
  readonly err: string
}

/** Runs a real client with nothing of this machine's proxy settings. */
export function run(command: string, args: readonly string[], { env = {}, ms = 90_000 }: { env?: Record<string, string>; ms?: number } = {}): Promise<Ran> {
  const child = spawn(command, args, { env: { PATH: process.env.PATH ?? '', HOME: tmpdir(), ...env }, timeout: ms })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk) => out.push(chunk))
  child.stderr.on('data', (chunk) => err.push(chunk))
  const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('latin1')
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ exit: code ?? -1, out: text(out), err: text(err) }))
  })
}

export function curl(...args: string[]): Promise<Ran> {
  return run('curl', ['--silent', '--show-error', '--max-time', '60', ...args])
}

/** A file with this text, until the test ends. */
export function temporaryFile(t: Test, name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'login-relay-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
