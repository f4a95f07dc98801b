import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type CommandLine, commandLine } from '../../commands/command-line.ts'
import { startEchoingSite } from '../../sites/echoing-site.ts'
import { tempFolder } from '../../temp-folder.ts'
import { filesIn, formsIn, newCanary } from '../canary.ts'

// Law 1 at the command line: no command prints a password, none lists it among its arguments, none leaves it in a file.

interface Printed {
  readonly words: readonly string[]
  readonly status: number
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
function recording({ run }: CommandLine, printed: Printed[], environment: Readonly<Record<string, string>>) {
  return async (words: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { status, stdout, stderr } = await run(words, input, { ...environment, ...env })
    printed.push({ words, status, bytes: Buffer.from(stdout + stderr) })
    return stdout
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
    const folder = await tempFolder(t)
    await writeFile(join(folder, 'relay.yaml'), 'data: ./data\nlog:\n  level: debug\n')
    const line = commandLine(t, folder)
    const processes = watchProcesses(t)
    const printed: Printed[] = []
    const run = recording(line, printed, { TMPDIR: folder })

    await run(['init', '--user', 'ann', '--password-stdin'], `${portal.value}\n`)
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
    await run(account('wrong'), `${wrong.value}\n`)
    const server = await line.serve()
    let log = ''
    server.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
    await run(account('right'), `${right.value}\n`)
    await run(account('right', '--json'), `${right.value}\n`)
    await run(['user', 'add', 'bob', '--password-stdin'], wrong.value)
    const { token } = await line.json<{ token: string }>(['device', 'add', 'laptop', '--user', 'ann'])

    for (const name of ['wrong', 'right']) for (const form of [[], ['--json']]) await run(['login', name, ...form])
    t.same(site.book.outcomes, ['wrong-password', 'signed-in', 'signed-in'])
    for (const words of [['account', 'list'], ['account', 'list', '--json'], ['site', 'check', 'erp'], ['ca', 'show'], ['doctor']]) await run(words)
    const link = async () => JSON.parse(await run(['open', 'right', '--json'])).link as string
    for (const format of ['netscape', 'playwright', 'json', 'header']) {
      t.match(await run(['claim', await link(), '--format', format]), /sid/, format)
    }
    await run(['claim', await link(), '--format', 'netscape', '--output', 'jar.txt'])
    await run(['claim', await link()], '', { LOGIN_RELAY_URL: server.portal, LOGIN_RELAY_DEVICE: `laptop:${token}` })
    await run(['claim', `${server.portal}/handoff/${'x'.repeat(43)}`])
    const home = new URL('/', site.url).href
    t.match(await run(['run', '--user', 'ann', '--', 'sh', '-c', `env; curl -sSi -H 'Login-Relay-Account: right' ${home}`]), 'Signed in as ann')
    await run(['vault', 'rotate-key'])
    await run(['logout', 'right'])
    await run(['account', 'remove', 'wrong', '--json'])

    const expected = new Map([[1, 4]])
    for (const status of [1, 2]) t.equal(printed.filter((one) => one.status === status).length, expected.get(status) ?? 0, `commands that ended with ${status}`)
    for (const { words, bytes } of printed) t.same(formsIn(canaries, bytes), [], words.join(' '))
    t.match(processes(), /account\0add/, 'this is where it would be')
    t.same(formsIn(canaries, Buffer.from(processes(), 'latin1')), [], 'the list of processes')
    t.match(log, /sign-in failed/)
    t.same(formsIn(canaries, Buffer.from(log)), [], 'what the server printed')
    for (const { what, bytes } of await filesIn(folder)) t.same(formsIn(canaries, bytes), [], `${what}, while it runs`)
    server.child.kill('SIGTERM')
    t.equal((await once(server.child, 'exit'))[0], 0)
    for (const { what, bytes } of await filesIn(folder)) t.same(formsIn(canaries, bytes), [], what)
  },
)
