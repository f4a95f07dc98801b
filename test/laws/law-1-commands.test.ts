import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type CommandLine, openCommandLine, type RunOptions } from '../command-line.ts'
import { startEchoingSite } from '../sites/echoing-site.ts'
import { filesIn, formsIn, newCanary } from './canary.ts'

// Law 1 at the command line: no command prints a password, none lists it among its arguments, none leaves it in a file.

interface Printed {
  readonly words: readonly string[]
  readonly exit: number
  readonly bytes: Buffer
}

/** What `ps` shows to everybody on the machine, looked at again and again until the test ends. */
function watchProcesses(t: Test): () => string {
  const seen = new Set<string>()
  let isOver = false
  const look = async (): Promise<void> => {
    for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      seen.add(await readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => ''))
    }
  }
  const watching = (async () => {
    while (!isOver) await Promise.all([look(), sleep(150)])
  })()
  t.teardown(async () => {
    isOver = true
    await watching
  })
  return () => [...seen].join('\n')
}

/** Keeps what every command prints. */
function recording({ run }: CommandLine, printed: Printed[]): (words: readonly string[], options?: RunOptions) => Promise<string> {
  return async (words, options) => {
    const { exit, out, err } = await run(words, options)
    printed.push({ words, exit, bytes: Buffer.from(out + err) })
    return out
  }
}

t.test(
  'law 1: commands print no password, in whatever form they are asked',
  { skip: existsSync('/proc/self/cmdline') ? false : 'no /proc here' },
  async (t) => {
    const [right, wrong, portal] = [newCanary(), newCanary(), newCanary()]
    const canaries = [right, wrong, portal]
    const site = await startEchoingSite({ password: right.value })
    t.teardown(() => site.stop())
    const line = await openCommandLine(t, { yaml: 'log:\n  level: debug\n' })
    const processes = watchProcesses(t)
    const printed: Printed[] = []
    const run = recording(line, printed)

    await run(['init', '--user', 'ann', '--password-stdin'], { stdin: `${portal.value}\n` })
    await run(['site', 'add', site.url, '--id', 'erp', '--yes'])
    const account = (name: string, ...more: string[]) => [
      'account',
      'add',
      'erp',
      '--user',
      'ann',
      '--username',
      'ann',
      '--password-stdin',
      '--name',
      name,
      ...more,
    ]
    await run(account('wrong'), { stdin: `${wrong.value}\n` })
    const server = await line.serve()
    await run(account('right'), { stdin: `${right.value}\n` })
    await run(account('right', '--json'), { stdin: `${right.value}\n` })
    await run(['user', 'add', 'bob', '--password-stdin'], { stdin: wrong.value })
    const { token } = await line.json<{ token: string }>(['device', 'add', 'laptop', '--user', 'ann'])

    for (const name of ['wrong', 'right']) for (const form of [[], ['--json']]) await run(['login', name, ...form])
    t.same(site.book.outcomes, ['wrong-password', 'signed-in', 'signed-in'])
    for (const words of [['account', 'list'], ['account', 'list', '--json'], ['site', 'check', 'erp'], ['ca', 'show'], ['doctor']]) await run(words)
    const link = async () => JSON.parse(await run(['open', 'right', '--json'])).link as string
    for (const format of ['netscape', 'playwright', 'json', 'header']) {
      t.match(await run(['claim', await link(), '--format', format]), /sid/, format)
    }
    await run(['claim', await link(), '--format', 'netscape', '--output', 'jar.txt'])
    await run(['claim', await link()], { env: { LOGIN_RELAY_URL: server.portal, LOGIN_RELAY_DEVICE: `laptop:${token}` } })
    await run(['claim', `${server.portal}/handoff/${'x'.repeat(43)}`])
    const home = new URL('/', site.url).href
    t.match(await run(['run', '--user', 'ann', '--', 'sh', '-c', `env; curl -sSi -H 'Login-Relay-Account: right' ${home}`]), 'Signed in as ann')
    await run(['vault', 'rotate-key'])
    await run(['logout', 'right'])
    await run(['account', 'remove', 'wrong', '--json'])

    const expected = new Map([[1, 4]])
    for (const status of [1, 2]) t.equal(printed.filter(({ exit }) => exit === status).length, expected.get(status) ?? 0, `commands that ended with ${status}`)
    for (const { words, bytes } of printed) t.same(formsIn(canaries, bytes), [], words.join(' '))
    t.match(processes(), /account\0add/, 'this is where it would be')
    t.same(formsIn(canaries, Buffer.from(processes(), 'latin1')), [], 'the list of processes')
    t.match(server.printed(), /sign-in failed/)
    t.same(formsIn(canaries, Buffer.from(server.printed())), [], 'what the server printed')
    for (const { what, bytes } of await filesIn(line.folder)) t.same(formsIn(canaries, bytes), [], `${what}, while it runs`)
    t.equal(await server.stop(), 0)
    for (const { what, bytes } of await filesIn(line.folder)) t.same(formsIn(canaries, bytes), [], what)
  },
)
